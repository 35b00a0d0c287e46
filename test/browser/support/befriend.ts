import type { ClientXMPP } from '@sestina/client';
import type { JID } from '@sestina/core';

/**
 * Makes two clients with sessions see each other's presence, and puts the other into the roster of the first one under a name.
 * Both have to have been made with `FRIENDLY`.
 */
export async function befriend(one: ClientXMPP, other: ClientXMPP, name: string): Promise<void> {
  await other.getRoster();
  other.sendPresence();
  await befriendAt(one, other.requestedJid.bare, name);
}

/** The same with somebody whose program is another process: it has to be there, and to let everybody be a contact. */
export async function befriendAt(one: ClientXMPP, jid: JID, name: string): Promise<void> {
  await one.getRoster();
  one.sendPresence();
  await one.updateRoster(jid, { name });
  one.clientRoster.subscribe(jid);
  while (one.clientRoster.get(jid)?.subscription !== 'both') await one.wait('rosterUpdate', { timeout: 10_000 });
}

/** Options of clients that let everybody be a contact. */
export const FRIENDLY = { autoAuthorize: true, autoSubscribe: true } as const;
