import type { BaseXMPP, JID } from '@sestina/core';

/** Whether somebody may know that this address of ours is there: our server, our account, who is let see our presence. */
export async function mayKnow(xmpp: BaseXMPP, from: JID | undefined, to: JID | undefined): Promise<boolean> {
  if (!from) return true;
  const owner = (to ?? xmpp.boundJid ?? xmpp.requestedJid).bare;
  if (from.bare.equals(owner) || from.full === xmpp.serverDomain) return true;
  const roster = xmpp.roster.of(owner);
  try {
    await roster.load();
  } catch (error) {
    xmpp.reportError(error, `xep-0030: who may know ${owner}`);
    return false;
  }
  return roster.get(from)?.from ?? false;
}
