import type { BaseXMPP, JID, Message, MessageContext } from '@sestina/core';

/** Which of our addresses has the conversation that a message is in: that of our account, or one of a component's. */
export function accountOf(xmpp: BaseXMPP, { from, to }: Message, { way }: MessageContext): JID {
  if (!xmpp.isComponent) return xmpp.account;
  // What a room gives back to us came in, though we have said it.
  const isOurs = way === 'out' && !(from && xmpp.claimOf(from, to));
  return (isOurs ? from : to)?.bare ?? xmpp.account;
}

/** Whether somebody is no stranger: our account or server, a contact, a room that was entered. */
export function isKnownPeer(xmpp: BaseXMPP, { bare }: JID, account: JID): boolean {
  return (
    xmpp.vouches(bare, account) !== undefined ||
    xmpp.roster.hasContact(account, bare) ||
    xmpp.claimOf(bare, account) !== undefined
  );
}
