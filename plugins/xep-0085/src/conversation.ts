import { type BaseXMPP, JID, type Message } from '@sestina/core';

/** Ours and theirs: a component has conversations at many addresses. */
export interface Conversation {
  /** Of the two addresses, neither of which has a line feed in it. */
  readonly key: string;
  /** A bare address; of an occupant in a private conversation the full one. */
  readonly peer: JID;
  readonly kind: 'chat' | 'private' | 'room';
  /** Our bare address. */
  readonly own: JID;
  /** From where a component speaks; undefined for a client. */
  readonly from: JID | undefined;
}

/** Of our side, without the peer. */
export function ownAddress(xmpp: BaseXMPP, address: JID | undefined): JID {
  return xmpp.isComponent ? (address ?? xmpp.requestedJid).bare : xmpp.account;
}

/** The conversation with somebody. @throws JidError for what is no address. */
export function conversationWith(xmpp: BaseXMPP, to: JID | string, from?: JID | string): Conversation {
  const address = JID.from(to);
  const speaker = from === undefined ? undefined : JID.from(from);
  const own = ownAddress(xmpp, speaker);
  const room = xmpp.claimOf(address, own)?.kind === 'room';
  const isPrivate = room && address.isFull;
  return conversation(
    xmpp,
    own,
    isPrivate ? address : address.bare,
    isPrivate ? 'private' : room ? 'room' : 'chat',
    speaker,
  );
}

/** The conversation that a message belongs to. */
export function conversationOf(xmpp: BaseXMPP, message: Message): Conversation {
  const { peer, kind, way } = message.context;
  const speaker = way === 'in' ? message.to : message.from;
  return conversation(xmpp, ownAddress(xmpp, speaker), peer, kind, speaker);
}

function conversation(
  xmpp: BaseXMPP,
  own: JID,
  peer: JID,
  kind: Conversation['kind'],
  speaker: JID | undefined,
): Conversation {
  return {
    key: `${own}\n${peer}`,
    peer,
    kind,
    own,
    from: xmpp.isComponent ? (speaker ?? xmpp.requestedJid) : undefined,
  };
}

/** Whether it is with a room that was entered, or one of its occupants, who see that we are there. */
export function isEntered(xmpp: BaseXMPP, { own, peer }: Conversation): boolean {
  return xmpp.claimOf(peer, own)?.kind === 'room';
}

/** Whether that is somebody we know: a contact, or a room that was entered. */
export function isKnown(xmpp: BaseXMPP, conversation: Conversation): boolean {
  const { own, peer } = conversation;
  return isEntered(xmpp, conversation) || xmpp.roster.hasContact(own, peer);
}
