// Controls, what is invisible or turns the direction of writing, private characters, halves of pairs; lines and paragraphs.
const HARMFUL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * What somebody else said, made fit to stand in a message or a log: in quotes, on one line, of 200 characters at most, with U+FFFD in
 * place of whatever could write over a line, start a new one, or turn it around. What it was stays in a field beside the message.
 */
export function quoted(text: string, longest = 200): string {
  return `"${shown(text, longest)}"`;
}

/** The start tag of an element that somebody else sent, `<name xmlns="namespace">`, made fit in the same way. */
export function quotedTag({ name, namespace }: { readonly name: string; readonly namespace: string }): string {
  return `<${shown(name, 100)} xmlns="${shown(namespace, 100)}">`;
}

/** The same without quotes, for a text of ours that has words of somebody else in it. @internal */
export function shown(text: string, longest: number): string {
  // Not more than can be shown is looked at.
  const looked = text
    .slice(0, 4 * longest)
    .replace(/[ \t\r\n]+/g, ' ')
    .trim();
  const characters = Array.from(looked.replace(HARMFUL, '\ufffd').replaceAll('"', "'"));
  const cut = characters.length > longest || text.length > 4 * longest;
  return characters.slice(0, longest).join('') + (cut ? '…' : '');
}
