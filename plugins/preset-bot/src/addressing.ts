/** What is left of a text that is for a bot. */
export interface Addressed {
  readonly text: string;
  /** Whether it says for whom it is. */
  readonly mentioned: boolean;
}

const LETTER = /[\p{L}\p{M}\p{N}_]/u;

/**
 * Takes from the beginning of a text the nick of the bot, as in `puck: help`, `@puck help` or `puck help`, or the prefix; `@puck` may stand
 * anywhere.
 */
export function addressed(text: string, nick: string | undefined, prefix: string | undefined): Addressed {
  const trimmed = text.trim();
  if (prefix !== undefined && trimmed.startsWith(prefix))
    return { text: trimmed.slice(prefix.length).trim(), mentioned: true };
  if (nick === undefined || nick === '') return { text: trimmed, mentioned: false };
  const at = trimmed.startsWith('@') ? 1 : 0;
  if (startsWith(trimmed, nick, at)) {
    const rest = trimmed.slice(at + nick.length);
    if (!LETTER.test(firstOf(rest))) return { text: rest.replace(/^[\s:,;!]+/u, ''), mentioned: true };
  }
  return { text: trimmed, mentioned: mentions(trimmed, nick) };
}

/** Whether `@nick` stands anywhere as a word of its own. */
function mentions(text: string, nick: string): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const before = lastOf(text.slice(Math.max(0, at - 2), at));
    const rest = text.slice(at + 1 + nick.length);
    // In an address it is a part of that.
    if (startsWith(text, nick, at + 1) && !LETTER.test(before) && !LETTER.test(firstOf(rest))) return true;
  }
  return false;
}

function startsWith(text: string, nick: string, at: number): boolean {
  return text.slice(at, at + nick.length).toLowerCase() === nick.toLowerCase();
}

/** The first character; a space where there is none. */
const firstOf = (text: string): string => String.fromCodePoint(text.codePointAt(0) ?? 32);
const lastOf = (text: string): string => [...text].at(-1) ?? '';

const PLAIN_NICK = /^[\p{L}\p{N}][^\p{C}\p{Zl}\p{Zp}:,!@]{0,63}$/u;

/**
 * What stands before an answer in a room: the nick of who has asked. Nothing where that would have the bot say what others could take for a
 * command: a nick is a text that somebody has chosen.
 */
export function nickBefore(nick: string | undefined): string {
  return nick !== undefined && PLAIN_NICK.test(nick) ? `${nick}: ` : '';
}
