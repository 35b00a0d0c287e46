import { JID, type Message } from '@sestina/core';

const NS_REPLY = 'urn:xmpp:reply:0';

/**
 * Whether a message means somebody: it answers what he has said, as its sender says (XEP-0461), or has his nick in it as a word. Lines that
 * begin with `>` are what somebody else has said before.
 * @param addresses Those that he has in the conversation.
 */
export function means(message: Message, nick: string | undefined, addresses: readonly JID[]): boolean {
  const answered = JID.tryParse(message.xml.child('reply', NS_REPLY)?.attribute('to') ?? '');
  if (answered && addresses.some((address) => address.equals(answered))) return true;
  const { body } = message;
  if (!nick || !body) return false;
  const own = body.split('\n').filter((line) => !line.startsWith('>'));
  return hasWord(fold(own.join('\n')), fold(nick));
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();
const isPartOfWord = (character: string | undefined): boolean =>
  character !== undefined && /^[\p{L}\p{N}\p{M}_]$/u.test(character);

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const before = [...text.slice(Math.max(0, at - 2), at)].at(-1);
    const [after] = text.slice(at + word.length, at + word.length + 2);
    if (!isPartOfWord(before) && !isPartOfWord(after)) return true;
  }
  return false;
}
