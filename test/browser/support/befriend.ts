import type { ClientXMPP } from '@sestina/client';

/**
 * Makes two clients with sessions see each other's presence, and puts the other into the roster of the first one under a name.
 * Both have to have been made with `FRIENDLY`.
 */
export async function befriend(one: ClientXMPP, other: ClientXMPP, name: string): Promise<void> {
  const jid = other.requestedJid.bare;
  await Promise.all([one.getRoster(), other.getRoster()]);
  for (const client of [one, other]) client.sendPresence();
  await one.updateRoster(jid, { name });
  one.clientRoster.subscribe(jid);
  while (one.clientRoster.get(jid)?.subscription !== 'both') await one.wait('rosterUpdate', { timeout: 10_000 });
}

/** Options of clients that let everybody be a contact. */
export const FRIENDLY = { autoAuthorize: true, autoSubscribe: true } as const;
