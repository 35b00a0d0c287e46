import { DocumentParser, NS_CLIENT } from '@sestina/xml';
import { type ElementClass, ElementView, isA, viewOf } from './element.js';
import { Iq } from './iq.js';
import { Message } from './message.js';
import { Presence } from './presence.js';

const CLASSES = [Message, Presence, Iq] as unknown as readonly ElementClass[];

/**
 * Reads a stanza from its text, as it stands in a stream: without `xmlns` it is in `jabber:client`. Gives a `Message`, a
 * `Presence` or an `Iq`, which may be written to and sent; for any other element a plain `ElementView`.
 * @throws XmlStreamError for text that is not exactly one element in the XML that XMPP allows (RFC 6120 §11).
 */
export function parseStanza(text: string): ElementView | Iq | Message | Presence {
  const xml = new DocumentParser({ namespace: NS_CLIENT }).parse(text);
  const cls = CLASSES.find((each) => isA(each, xml));
  return viewOf(cls ?? (ElementView as unknown as ElementClass), xml);
}
