import { Message, viewOf, type XmlElement } from '@sestina/core';

// What is between the first sender, a server and us, and tells others of our archive, our wishes or somebody's address. Written out:
// the packages that these belong to need not be there.
const OURS: ReadonlyMap<string, readonly string[]> = new Map([
  ['urn:xmpp:sid:0', ['stanza-id']],
  ['urn:xmpp:receipts', ['request']],
  ['urn:xmpp:chat-markers:0', ['markable']],
]);

// Of these it is all.
const ALL_OURS: ReadonlySet<string> = new Set([
  'urn:xmpp:hints',
  'urn:xmpp:carbons:2',
  'http://jabber.org/protocol/chatstates',
  'http://jabber.org/protocol/muc#user',
]);

/** A copy to be shown to others, without what is ours alone. */
export function forOthers(message: Message): Message {
  const copy = message.xml.copy();
  for (const child of [...copy.elements()]) if (isOurs(child)) copy.remove(child);
  return viewOf(Message, copy);
}

function isOurs({ name, namespace }: XmlElement): boolean {
  return ALL_OURS.has(namespace) || OURS.get(namespace)?.includes(name) === true;
}

/** The text that stands for a forward where the other side knows none (XEP-0297 §4). */
export function quotation(message: Message, comment: string, at: Date | undefined): string {
  const head = [message.from?.toString(), at?.toISOString()].filter((part) => part !== undefined).join(', ');
  const lines = (message.body ?? '').split('\n').map((line) => `> ${line}`);
  return [...(comment ? [comment] : []), ...(head ? [`${head}:`] : []), ...lines].join('\n');
}
