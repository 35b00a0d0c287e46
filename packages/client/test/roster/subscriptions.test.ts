import type { ClientXMPP } from '@sestina/client';
import { MemoryServer } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { makeClient } from '../support.js';

const open: ClientXMPP[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.disconnect()));
});

async function pair(bobs: object = {}): Promise<{ alice: ClientXMPP; bob: ClientXMPP; server: MemoryServer }> {
  const server = new MemoryServer({
    users: { alice: 'secret', bob: 'secret' },
    starttls: 'off',
    mechanisms: ['SCRAM-SHA-1'],
  });
  const connect = async (name: string, options: object): Promise<ClientXMPP> => {
    const client = makeClient({
      jid: `${name}@localhost/${name}`,
      transports: server.transports,
      tls: { required: false },
      ...options,
    });
    open.push(client);
    await client.connect();
    await client.getRoster();
    await client.sendPresence();
    return client;
  };
  return { alice: await connect('alice', {}), bob: await connect('bob', bobs), server };
}

const subscriptionOf = (client: ClientXMPP, jid: string): string | undefined =>
  client.clientRoster.get(jid)?.subscription;

describe('a request to see our presence', () => {
  it('is an event that the application answers, by default', async () => {
    const { alice, bob } = await pair();
    const request = bob.wait('rosterSubscriptionRequest');
    alice.clientRoster.subscribe('bob@localhost');
    expect((await request).from?.bare.toString()).toBe('alice@localhost');
    expect(bob.clientRoster.get('alice@localhost')?.pendingIn).toBe(true);
    const seen = alice.wait('gotOnline', { filter: ({ jid }) => jid.local === 'bob' });
    bob.clientRoster.get('alice@localhost')?.authorize();
    await seen;
    await expect.poll(() => subscriptionOf(alice, 'bob@localhost')).toBe('to');
    await expect.poll(() => subscriptionOf(bob, 'alice@localhost')).toBe('from');
  });

  it('is refused by the application', async () => {
    const { alice, bob } = await pair();
    const request = bob.wait('rosterSubscriptionRequest');
    alice.clientRoster.subscribe('bob@localhost');
    await request;
    const refused = alice.wait('rosterSubscriptionRemoved');
    bob.clientRoster.get('alice@localhost')?.unauthorize();
    await refused;
    expect(subscriptionOf(alice, 'bob@localhost')).toBe('none');
    expect(alice.clientRoster.get('bob@localhost')?.ask).toBe(false);
  });

  it('is granted by autoAuthorize: true, one way', async () => {
    const { alice, bob } = await pair({ autoAuthorize: true });
    const authorized = alice.wait('rosterSubscriptionAuthorized');
    alice.clientRoster.subscribe('bob@localhost');
    await authorized;
    await expect.poll(() => subscriptionOf(alice, 'bob@localhost')).toBe('to');
    await expect.poll(() => subscriptionOf(bob, 'alice@localhost')).toBe('from');
  });

  it('is returned by autoSubscribe', async () => {
    const { alice, bob } = await pair({ autoAuthorize: true, autoSubscribe: true });
    alice.roster.autoAuthorize = true;
    alice.clientRoster.subscribe('bob@localhost');
    await expect.poll(() => subscriptionOf(alice, 'bob@localhost')).toBe('both');
    await expect.poll(() => subscriptionOf(bob, 'alice@localhost')).toBe('both');
    await expect.poll(() => alice.clientRoster.get('bob@localhost')?.online).toBe(true);
    await expect.poll(() => bob.clientRoster.get('alice@localhost')?.online).toBe(true);
  });

  it('is refused by autoAuthorize: false', async () => {
    const { alice, bob, server } = await pair({ autoAuthorize: false, autoSubscribe: true });
    const refused = alice.wait('rosterSubscriptionRemoved');
    alice.clientRoster.subscribe('bob@localhost');
    await refused;
    expect(subscriptionOf(alice, 'bob@localhost')).toBe('none');
    expect(bob.clientRoster.has('alice@localhost')).toBe(false);
    expect(server.roster('bob')).toEqual([]);
  });

  it('is settled by a policy of its owner before that of the connection', async () => {
    const { alice, bob } = await pair({ autoAuthorize: false });
    bob.clientRoster.autoAuthorize = true;
    alice.clientRoster.subscribe('bob@localhost');
    await expect.poll(() => subscriptionOf(alice, 'bob@localhost')).toBe('to');
  });

  it('ends where the contact gives it up', async () => {
    const { alice, bob } = await pair({ autoAuthorize: true });
    alice.clientRoster.subscribe('bob@localhost');
    await expect.poll(() => subscriptionOf(alice, 'bob@localhost')).toBe('to');
    const gone = bob.wait('rosterSubscriptionRemove');
    alice.clientRoster.unsubscribe('bob@localhost');
    await gone;
    await expect.poll(() => subscriptionOf(bob, 'alice@localhost')).toBe('none');
  });

  it('is forgotten with the item in the roster', async () => {
    const { alice, bob } = await pair({ autoAuthorize: true });
    alice.clientRoster.subscribe('bob@localhost');
    await expect.poll(() => subscriptionOf(alice, 'bob@localhost')).toBe('to');
    await alice.delRosterItem('bob@localhost');
    await expect.poll(() => subscriptionOf(bob, 'alice@localhost')).toBe('none');
    expect(alice.clientRoster.has('bob@localhost')).toBe(false);
  });
});
