import { type BaseXMPP, type JID, Message, XmlElement } from '@sestina/core';
import { type MessageFacts, otherNature } from '@sestina/message-index';
import { CorrectionError } from './errors.js';
import { NS_CORRECT } from './stanza.js';

/** What is put into a correction, beside the words of the original. */
export type Changes = string | ((copy: Message) => void);

const NS_FALLBACK = 'urn:xmpp:fallback:0';

// What belongs to the message as it was sent, and not to what it says: each version has its own.
const METADATA: ReadonlySet<string> = new Set([
  'jabber:x:delay',
  'urn:xmpp:delay',
  'urn:xmpp:occupant-id:0',
  'urn:xmpp:sid:0',
  NS_CORRECT,
]);

// What says something of places in the words: with other words it would point anywhere.
const PLACES: ReadonlySet<string> = new Set([
  'http://jabber.org/protocol/xhtml-im',
  'urn:xmpp:markup:0',
  'urn:xmpp:reference:0',
  'urn:xmpp:mentions:0',
]);

/**
 * The message that takes the place of another one: all of its payloads again, with these changes.
 * @throws CorrectionError where there is no such message.
 */
export function correctedOf(xmpp: BaseXMPP, original: Message | MessageFacts, changes: Changes): Message {
  const isMessage = original instanceof Message;
  const { peer, kind, way } = isMessage ? original.context : original;
  if (way !== 'out') throw new CorrectionError('not-ours');
  const first = original.replaces ?? original.id;
  if (first === undefined) throw new CorrectionError('no-id');
  const copy = isMessage ? copied(xmpp, original, peer) : made(xmpp, original);
  if (typeof changes === 'function') changes(copy);
  else reword(copy, changes);
  if (copy.body === undefined) throw new CorrectionError('no-body');
  if (otherNature(copy)) throw new CorrectionError('other-nature');
  copy.id = undefined;
  copy.type = kind === 'room' ? 'groupchat' : copy.type;
  copy.replaces = first;
  return copy;
}

function copied(xmpp: BaseXMPP, original: Message, peer: JID): Message {
  const { type, to, body, xml, context } = original;
  if (type === 'error' || type === 'headline' || otherNature(original)) throw new CorrectionError('other-nature');
  if (body === undefined) throw new CorrectionError('no-body');
  // What a room has given back is for us, and goes to the room again.
  const copy = xmpp.message({ to: context.kind === 'room' ? peer : (to ?? peer), type });
  if (xmpp.isComponent)
    copy.from = context.kind === 'room' && context.author.jid.bare.equals(peer) ? to : original.from;
  copy.xml.setAttribute('xml:lang', xml.attribute('xml:lang'));
  for (const child of xml.elements()) if (!METADATA.has(child.namespace)) copy.xml.append(child.copy());
  return copy;
}

function made(xmpp: BaseXMPP, { peer, kind, author }: MessageFacts): Message {
  const copy = xmpp.message({ to: peer, type: kind === 'room' ? 'groupchat' : 'chat' });
  if (xmpp.isComponent && kind === 'chat') copy.from = author.jid;
  if (kind === 'private') copy.xml.append(new XmlElement('x', 'http://jabber.org/protocol/muc#user'));
  return copy;
}

/** Puts other words in, in the one language that they are in. */
function reword(copy: Message, body: string): void {
  for (const child of [...copy.xml.elements()]) {
    const isBody = child.name === 'body' && child.namespace === copy.xml.namespace;
    if (isBody || PLACES.has(child.namespace) || (child.namespace === NS_FALLBACK && hasPlaces(child))) {
      copy.xml.remove(child);
    }
  }
  copy.body = body;
}

const hasPlaces = (fallback: XmlElement): boolean => fallback.child('body', NS_FALLBACK) !== undefined;
