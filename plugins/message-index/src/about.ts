import { type BaseXMPP, JID, Message, SestinaError, XmlElement } from '@sestina/core';
import type { MessageFacts } from './message-index.js';

/** A message has no name by which others could refer to it; nothing was sent. */
export class CannotReferError extends SestinaError {
  static override readonly name: string = 'CannotReferError';
  readonly code = 'ERR_CANNOT_REFER';

  constructor(
    /** What the message was to be referred to for. */
    readonly purpose: string,
  ) {
    super(
      `there is no id by which a ${purpose} could refer to the message: in a room the room has to give one, and to announce it (XEP-0359)`,
    );
  }
}

/**
 * What to call a message in another one that is about it (XEP-0333 §4, XEP-0424 §5.1, XEP-0444 §4.2, XEP-0461 §4.1): in a room what the room calls it;
 * elsewhere what its sender does, the first version where it was corrected.
 * @throws CannotReferError where nobody calls it anything that counts.
 */
export function referenceTo(facts: MessageFacts, purpose: 'marker' | 'reaction' | 'reply' | 'retraction'): string {
  const { kind, peer, archive, archiveId, replaces, originId, id } = facts;
  let found: string | undefined;
  if (kind === 'room') {
    found = archive?.equals(peer) ? archiveId : undefined;
    if (purpose === 'retraction') found ??= originId ?? id;
    if (purpose === 'marker') found ??= id;
  } else {
    found = replaces ?? (purpose === 'marker' || purpose === 'retraction' ? id : (originId ?? id));
  }
  if (found === undefined) throw new CannotReferError(purpose);
  return found;
}

/**
 * A new message in the conversation of another one: to its room, to its occupant, or to the bare address.
 * @param from The address of a component. Default: the one that the other message was for, or came from.
 */
export function messageBeside(xmpp: BaseXMPP, other: Message | MessageFacts, from?: JID | string): Message {
  const { peer, kind, way, author } = other instanceof Message ? other.context : other;
  const message = xmpp.message({ to: peer, type: kind === 'room' ? 'groupchat' : 'chat' });
  if (kind === 'private') message.xml.append(new XmlElement('x', 'http://jabber.org/protocol/muc#user'));
  if (xmpp.isComponent) {
    const given = from === undefined ? undefined : JID.from(from);
    const isTold = other instanceof Message && !other.from?.bare.equals(peer.bare);
    const own = other instanceof Message ? (isTold ? other.from : other.to) : way === 'out' ? author.jid : undefined;
    message.from = given ?? (own?.bare.equals(peer.bare) ? undefined : own);
  }
  return message;
}
