import type { BaseXMPP, JID } from '@sestina/core';

/** Whether somebody may know that this address of ours is there: our server, our account, who is let see our presence. */
export function mayKnow(xmpp: BaseXMPP, from: JID | undefined, to: JID | undefined): boolean {
  if (!from) return true;
  const owner = (to ?? xmpp.boundJid ?? xmpp.requestedJid).bare;
  if (from.bare.equals(owner) || from.full === xmpp.serverDomain) return true;
  // roster.of() would make a roster for whatever address a stranger writes to.
  if (!xmpp.roster.owners.some((known) => known.equals(owner))) return false;
  return xmpp.roster.of(owner).get(from)?.from ?? false;
}
