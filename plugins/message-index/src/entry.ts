import { type JID, type Message, type MessageContext, XmlElement } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import type { MessageFacts } from './message-index.js';

/** What is kept of a message; the archive may become known later, and what a room calls what we have said. */
export interface Entry extends MessageFacts {
  id: string | undefined;
  originId: string | undefined;
  author: Author;
  archive: JID | undefined;
  archiveId: string | undefined;
  sentAt: Date | undefined;
  /** A number for what it says, so that the same words are known again. */
  readonly said: number;
  /** When it was noted, on the monotonic clock. */
  readonly noted: number;
}

const NS_HINTS = 'urn:xmpp:hints';
const NS_CORRECT = 'urn:xmpp:message-correct:0';

/** What is kept of a message: nothing of it holds on to the text that it was read from. */
export function entryOf(message: Message, context: MessageContext, key: string, noted: number): Entry {
  const corrected = message.xml.child('replace', NS_CORRECT)?.attribute('id') || undefined;
  const [id, originId, archiveId, replaces] = own([message.id, message.originId, context.archiveId, corrected]);
  const { peer, kind, way, author, archive, sentAt } = context;
  return {
    ...{ key, peer, kind, way, id, originId, archive, archiveId, replaces, sentAt, noted },
    author: compactAuthor(author),
    noStore: message.xml.child('no-store', NS_HINTS) !== undefined,
    ambiguous: false,
    said: numberOf(message.body ?? ''),
  };
}

function compactAuthor(author: Author): Author {
  const [occupantId] = own([author.occupantId]);
  return occupantId === undefined ? { ...author } : { ...author, occupantId };
}

/** Copies of texts that were cut out of longer ones. */
function own(texts: readonly (string | undefined)[]): (string | undefined)[] {
  const holder = new XmlElement('own', '');
  texts.forEach((text, index) => void holder.setAttribute(`t${index}`, text));
  const copies = holder.compact();
  return texts.map((_, index) => copies.attribute(`t${index}`));
}

/** What a message without a body says. */
export const NOTHING_SAID = numberOf('');

/** 53 bits of a text, to know it again; not against who wants two texts to have the same. */
function numberOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  return 4_294_967_296 * ((low >>> 0) & 0x1f_ffff) + (high >>> 0);
}
