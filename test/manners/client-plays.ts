import type { ClientOptions, ClientXMPP } from '@sestina/client';
import { MemoryStorage } from '@sestina/core';
import { expect } from 'vitest';

/** Clients of one server, of accounts that no other test uses. */
export interface Cast {
  /** A client with a session; the same name is the same account. */
  online(name: string, options?: Partial<ClientOptions>): Promise<ClientXMPP>;
  jid(name: string): Promise<string>;
}

const poll = (look: () => unknown) => expect.poll(look, { timeout: 10_000, interval: 20 });

async function available(cast: Cast, name: string, options?: Partial<ClientOptions>): Promise<ClientXMPP> {
  const client = await cast.online(name, options);
  await client.getRoster();
  client.sendPresence();
  return client;
}

/** Two who see each other, and are there. */
async function friends(cast: Cast): Promise<{ alice: ClientXMPP; bob: ClientXMPP; aliceJid: string; bobJid: string }> {
  const options = { autoAuthorize: true, autoSubscribe: true };
  const [alice, bob] = [await available(cast, 'alice', options), await available(cast, 'bob', options)];
  const [aliceJid, bobJid] = [await cast.jid('alice'), await cast.jid('bob')];
  alice.clientRoster.subscribe(bobJid);
  await poll(() => alice.clientRoster.get(bobJid)?.subscription).toBe('both');
  await poll(() => bob.clientRoster.get(aliceJid)?.subscription).toBe('both');
  await poll(() => alice.clientRoster.get(bobJid)?.online).toBe(true);
  await poll(() => bob.clientRoster.get(aliceJid)?.online).toBe(true);
  return { alice, bob, aliceJid, bobJid };
}

/** FB1: where pushes come to who has not asked, they must not stand for the roster. */
async function earlyPush(cast: Cast): Promise<void> {
  const storage = new MemoryStorage();
  const before = await cast.online('alice', { storage });
  await before.getRoster();
  await before.updateRoster('juliet@example.net', { name: 'Juliet' });
  await before.getRoster();
  await before.disconnect();
  const [editor, watcher] = [await cast.online('alice'), await cast.online('alice', { storage })];
  await editor.getRoster();
  await editor.updateRoster('nurse@example.net', { name: 'Nurse' });
  const roster = await watcher.getRoster();
  await poll(() => [...roster].map(({ jid, name }) => `${jid} ${name}`).sort()).toEqual([
    'juliet@example.net Juliet',
    'nurse@example.net Nurse',
  ]);
}

/** FB2: presence does not outlive the subscription, whoever ends it. */
async function endedSubscription(cast: Cast): Promise<void> {
  const { alice, bob, aliceJid, bobJid } = await friends(cast);
  const gone: string[] = [];
  alice.on('gotOffline', ({ jid }) => gone.push(`alice: ${jid}`));
  bob.on('gotOffline', ({ jid }) => gone.push(`bob: ${jid}`));
  alice.clientRoster.unsubscribe(bobJid);
  await poll(() => gone).toEqual([`alice: ${bobJid}`]);
  await poll(() => alice.clientRoster.get(bobJid)?.subscription).toBe('from');
  alice.clientRoster.unauthorize(bobJid);
  await poll(() => gone).toEqual([`alice: ${bobJid}`, `bob: ${aliceJid}`]);
  expect(alice.clientRoster.get(bobJid)?.online).toBe(false);
  expect(bob.clientRoster.get(aliceJid)?.online).toBe(false);
}

/** FB3: a request that was withdrawn does not come back. */
async function withdrawnRequest(cast: Cast): Promise<void> {
  const alice = await available(cast, 'alice');
  const [aliceJid, bobJid] = [await cast.jid('alice'), await cast.jid('bob')];
  const bob = await available(cast, 'bob');
  const asked = bob.wait('rosterSubscriptionRequest', { timeout: 10_000 });
  alice.clientRoster.subscribe(bobJid);
  await asked;
  await bob.disconnect();
  alice.clientRoster.unsubscribe(bobJid);
  await poll(() => alice.clientRoster.get(bobJid)?.ask).toBe(false);
  await bob.connect();
  await bob.getRoster();
  const there = bob.wait('presence', { timeout: 10_000 });
  bob.sendPresence();
  await there;
  await bob.getRoster();
  expect(bob.clientRoster.get(aliceJid)?.pendingIn ?? false).toBe(false);
}

/** FB12: who takes a contact out hears of it once, whatever the server pushes; the contact hears of each change. */
async function removal(cast: Cast): Promise<void> {
  const { alice, bob, aliceJid, bobJid } = await friends(cast);
  const told: string[] = [];
  alice.on('rosterUpdate', ({ items }) => {
    if (!alice.clientRoster.has(bobJid)) told.push(`${items}`);
  });
  await alice.delRosterItem(bobJid);
  await poll(() => bob.clientRoster.get(aliceJid)?.subscription).toBe('none');
  await alice.getRoster();
  expect(told.filter((items) => items === bobJid)).toEqual([bobJid]);
  expect(alice.clientRoster.get(bobJid)).toBeUndefined();
  expect(bob.clientRoster.get(aliceJid)?.online).toBe(false);
}

/** FB12: an approval before the request counts where the server says that it knows that. */
async function preApproval(cast: Cast): Promise<void> {
  const [alice, bob] = [await available(cast, 'alice'), await available(cast, 'bob')];
  const [aliceJid, bobJid] = [await cast.jid('alice'), await cast.jid('bob')];
  bob.clientRoster.authorize(aliceJid);
  await bob.getRoster();
  const asked = bob.wait('rosterSubscriptionRequest', { timeout: 10_000 }).then(
    () => 'asked',
    () => 'not asked',
  );
  alice.clientRoster.subscribe(bobJid);
  if (bob.server.preApproval) {
    await poll(() => alice.clientRoster.get(bobJid)?.subscription).toBe('to');
    expect(bob.clientRoster.get(aliceJid)?.pendingIn ?? false).toBe(false);
  } else {
    expect(await asked).toBe('asked');
    bob.clientRoster.authorize(aliceJid);
    await poll(() => alice.clientRoster.get(bobJid)?.subscription).toBe('to');
  }
}

/** FB6: what the server makes of groups is what we have, and it takes it back. */
async function groups(cast: Cast): Promise<void> {
  const alice = await available(cast, 'alice');
  await alice.updateRoster('juliet@example.net', { name: 'J', groups: ['x', 'x', '', 'y'] });
  await alice.updateRoster('juliet@example.net', { name: 'Juliet' });
  const roster = await alice.getRoster();
  expect(roster.get('juliet@example.net')?.name).toBe('Juliet');
  expect([...(roster.get('juliet@example.net')?.groups ?? [])].sort()).toEqual(['x', 'y']);
}

/** What has to be true of a client on whatever server. */
export const CLIENT_PLAYS: Readonly<Record<string, (cast: Cast) => Promise<void>>> = {
  'a push before the roster was fetched leaves it whole': earlyPush,
  'presence ends with the subscription': endedSubscription,
  'a request that was withdrawn does not come back': withdrawnRequest,
  'a removal is told once to who made it': removal,
  'an approval in advance counts where the server knows that': preApproval,
  'doubled and empty groups come to nothing': groups,
};
