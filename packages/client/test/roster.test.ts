import type { ClientXMPP } from '@sestina/client';
import { JID, MemoryStorage, StanzaError } from '@sestina/core';
import { MemoryServer } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { BIND, idOf, makeClient, type Played, PlayedServer, rejection } from './support.js';

const NS = 'jabber:iq:roster';
const open: ClientXMPP[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.disconnect()));
});

async function online(server: MemoryServer, user = 'alice', options = {}): Promise<ClientXMPP> {
  const client = makeClient({
    jid: `${user}@localhost/${user}`,
    transports: server.transports,
    tls: 'insecure-no-tls',
    ...options,
  });
  open.push(client);
  await client.connect();
  return client;
}

const memoryServer = (): MemoryServer =>
  new MemoryServer({ users: { alice: 'secret', bob: 'secret' }, starttls: 'off', mechanisms: ['SCRAM-SHA-1'] });

async function played(options = {}, features = BIND): Promise<{ client: ClientXMPP; server: Played }> {
  const all = new PlayedServer();
  const client = all.client(options);
  open.push(client);
  const connecting = client.connect();
  const server = await all.next();
  await server.login();
  await server.open(features);
  await server.bind();
  await connecting;
  return { client, server };
}

const names = (client: ClientXMPP): string[] => [...client.clientRoster].map(({ jid, name }) => `${jid} ${name}`);

describe('the roster', () => {
  it('is fetched', async () => {
    const server = memoryServer();
    server.setRosterItem('alice', 'bob@localhost', { name: 'Bob', groups: ['friends', 'work'], subscription: 'both' });
    server.setRosterItem('alice', 'carol@localhost', { name: '', subscription: 'to', ask: false });
    const client = await online(server);
    expect(client.clientRoster.size).toBe(0);
    const node = await client.getRoster();
    expect(node).toBe(client.clientRoster);
    expect(node.size).toBe(2);
    expect(node.get('bob@localhost')).toMatchObject({
      name: 'Bob',
      groups: ['friends', 'work'],
      subscription: 'both',
      from: true,
      to: true,
    });
    expect(node.get('carol@localhost')).toMatchObject({ name: '', groups: [], subscription: 'to', from: false });
  });

  it('takes what a push says', async () => {
    const server = memoryServer();
    const client = await online(server);
    await client.getRoster();
    const update = client.wait('rosterUpdate');
    server.setRosterItem('alice', 'bob@localhost', { name: 'Bob', subscription: 'from' });
    expect((await update).items.map(String)).toEqual(['bob@localhost']);
    expect(client.clientRoster.get('bob@localhost')).toMatchObject({ name: 'Bob', subscription: 'from' });
  });

  it('is changed on the server, and shows it at once', async () => {
    const server = memoryServer();
    const client = await online(server);
    await client.getRoster();
    await client.updateRoster('bob@localhost/somewhere', { name: 'Bob', groups: ['friends'] });
    expect(client.clientRoster.get('bob@localhost')).toMatchObject({ name: 'Bob', groups: ['friends'] });
    expect(server.roster('alice')).toMatchObject([{ jid: 'bob@localhost', name: 'Bob', groups: ['friends'] }]);
    await client.updateRoster('bob@localhost', { name: 'Robert' });
    expect(server.roster('alice')).toMatchObject([{ name: 'Robert', groups: ['friends'] }]);
    await client.updateRoster('bob@localhost', { groups: [] });
    expect(server.roster('alice')).toMatchObject([{ name: 'Robert', groups: [] }]);
    await client.delRosterItem('bob@localhost');
    expect(client.clientRoster.has('bob@localhost')).toBe(false);
    expect(server.roster('alice')).toEqual([]);
  });

  it('is changed by its items too', async () => {
    const server = memoryServer();
    const client = await online(server);
    const node = await client.getRoster();
    await node.update('bob@localhost', { name: 'Bob' });
    await node.get('bob@localhost')?.update({ groups: ['work'] });
    expect(server.roster('alice')).toMatchObject([{ name: 'Bob', groups: ['work'] }]);
    await node.get('bob@localhost')?.remove();
    expect(server.roster('alice')).toEqual([]);
  });

  it('rejects a change with the error that the server gives', async () => {
    const { client, server } = await played();
    const failed = rejection(client.updateRoster('bob@example.net'));
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    server.peer.send(
      `<iq type='error' id='${idOf(request)}'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(await failed).toBeInstanceOf(StanzaError);
    expect(client.clientRoster.size).toBe(0);
  });

  it.each(['before', 'behind'])('shows a change once where the push comes %s the result', async (order) => {
    const { client, server } = await played();
    const changing = client.updateRoster('bob@example.net', { name: 'Bob', groups: ['a', 'b'] });
    const updates: unknown[] = [];
    client.on('rosterUpdate', (update) => updates.push(update));
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    const result = `<iq type='result' id='${idOf(request)}'/>`;
    const push = `<iq type='set' id='p'><query xmlns='${NS}'><item jid='bob@example.net' name='Bob' subscription='none' ask='subscribe'><group>b</group><group>a</group></item></query></iq>`;
    server.peer.send(order === 'before' ? push + result : result + push);
    await changing;
    expect(client.clientRoster.get('bob@example.net')).toMatchObject({ name: 'Bob' });
    await server.peer.receive(/<iq[^>]*type='result'[^>]*\/>/);
    expect(client.clientRoster.get('bob@example.net')).toMatchObject({ name: 'Bob', ask: true });
    expect(client.clientRoster.size).toBe(1);
    await client.disconnect();
    expect(updates).toHaveLength(order === 'before' ? 1 : 2);
  });

  it.each(['before', 'behind'])('forgets an item once where the push comes %s the result', async (order) => {
    const { client, server } = await played();
    client.clientRoster.apply([{ jid: JID.parse('bob@example.net') }]);
    const removing = client.delRosterItem('bob@example.net');
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    expect(request).toContain("subscription='remove'");
    const result = `<iq type='result' id='${idOf(request)}'/>`;
    const push = `<iq type='set' id='p'><query xmlns='${NS}'><item jid='bob@example.net' subscription='remove'/></query></iq>`;
    server.peer.send(order === 'before' ? push + result : result + push);
    await removing;
    await server.peer.receive(/<iq[^>]*type='result'[^>]*\/>/);
    expect(client.clientRoster.has('bob@example.net')).toBe(false);
  });

  it('leaves out an item that is malformed, and tells nobody of a wrong one', async () => {
    const { client, server } = await played();
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    server.peer.send(
      `<iq type='result' id='${idOf(request)}'><query xmlns='${NS}'>` +
        "<item jid='@@/'/><item name='nobody'/><item jid='bob@example.net' name='Bob' subscription='banana' approved='perhaps'/>" +
        "<item jid='bob@example.net/phone'/><item jid='carol@example.net' name='Carol'/></query></iq>",
    );
    await fetching;
    expect(names(client)).toEqual(['bob@example.net ', 'carol@example.net Carol']);
  });

  it('takes an empty result for nothing new', async () => {
    const { client, server } = await played();
    client.clientRoster.apply([{ jid: JID.parse('bob@example.net'), name: 'Bob' }]);
    const fetching = client.getRoster();
    server.peer.send(`<iq type='result' id='${idOf(await server.peer.receive(/<iq.*?<\/iq>/))}'/>`);
    await fetching;
    expect(names(client)).toEqual(['bob@example.net Bob']);
  });

  it('is replaced by what is fetched, and a push behind it counts', async () => {
    const { client, server } = await played();
    client.clientRoster.apply([{ jid: JID.parse('gone@example.net') }]);
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    const item = (name: string): string =>
      `<query xmlns='${NS}'><item jid='bob@example.net' name='${name}' subscription='both'/></query>`;
    server.peer.send(
      `<iq type='set' id='p1'>${item('before')}</iq>` +
        `<iq type='result' id='${idOf(request)}'>${item('fetched')}</iq>` +
        `<iq type='set' id='p2'>${item('behind')}</iq>`,
    );
    await fetching;
    await server.peer.receive(/id='p2'/);
    expect(names(client)).toEqual(['bob@example.net behind']);
  });

  it('is asked for again in each session', async () => {
    const server = memoryServer();
    server.setRosterItem('alice', 'bob@localhost', { name: 'Bob' });
    const client = await online(server);
    await client.getRoster();
    await client.disconnect();
    server.setRosterItem('alice', 'bob@localhost', { name: 'Robert' });
    await client.connect();
    expect(names(client)).toEqual(['bob@localhost Bob']);
    // The server says that there is nothing to fetch, and pushes what has changed since (RFC 6121 §2.6.3).
    await client.getRoster();
    await expect.poll(() => names(client)).toEqual(['bob@localhost Robert']);
  });
});

describe('a roster push', () => {
  const push = (from: string, items = "<item jid='boss@example.org' subscription='both'/>"): string =>
    `<iq type='set' id='push' ${from}><query xmlns='${NS}' ver='v9'>${items}</query></iq>`;

  it.each(['', "from='alice@example.org'"])('is believed of our own account: %s', async (from) => {
    const { client, server } = await played();
    server.peer.send(push(from));
    await server.peer.receive(/<iq[^>]*type='result'[^>]*\/>/);
    expect(client.clientRoster.has('boss@example.org')).toBe(true);
  });

  it.each([
    'mallory@evil.example/x',
    'mallory@evil.example',
    'example.org',
    'alice@example.org/phone',
    'alice@example.org/other',
    'alice@example.org.evil.example',
    'alice@evil.example',
  ])('is not believed of %s', async (from) => {
    const { client, server } = await played();
    server.peer.send(push(`from='${from}'`));
    const answer = await server.peer.receive(/<iq.*?<\/iq>/);
    expect(answer).toContain('service-unavailable');
    expect([...client.clientRoster]).toEqual([]);
    expect(client.clientRoster.version).toBeUndefined();
  });

  it.each([
    ['no item', ''],
    ['two items', "<item jid='a@b.example'/><item jid='c@d.example'/>"],
    ['an item without a jid', "<item name='x'/>"],
    ['an item with a jid that is none', "<item jid='@@/'/>"],
  ])('with %s is refused', async (_, items) => {
    const { client, server } = await played();
    server.peer.send(push('', items));
    expect(await server.peer.receive(/<iq.*?<\/iq>/)).toContain('bad-request');
    expect([...client.clientRoster]).toEqual([]);
    expect(client.clientRoster.version).toBeUndefined();
  });
});

describe('roster versions', () => {
  const VER = "<ver xmlns='urn:xmpp:features:rosterver'/>";

  it('are asked for only where the server has them', async () => {
    const without = await played();
    expect(without.client.server).toEqual({ rosterVersioning: false, preApproval: false });
    const fetching = rejection(without.client.getRoster());
    expect(await without.server.peer.receive(/<iq.*?<\/iq>/)).not.toContain('ver=');
    await without.client.disconnect();
    await fetching;

    const other = await played({}, `${BIND}${VER}<sub xmlns='urn:xmpp:features:pre-approval'/>`);
    expect(other.client.server).toEqual({ rosterVersioning: true, preApproval: true });
    const failing = rejection(other.client.getRoster());
    expect(await other.server.peer.receive(/<iq.*?<\/iq>/)).toContain("ver=''");
    await other.client.disconnect();
    await failing;
  });

  it('spare a second client object the transfer, with a storage in common', async () => {
    const server = memoryServer();
    const storage = new MemoryStorage();
    server.setRosterItem('alice', 'bob@localhost', {
      name: 'Bob',
      groups: ['friends'],
      subscription: 'both',
    });
    const first = await online(server, 'alice', { storage });
    await first.getRoster();
    // A push is stored too.
    const update = first.wait('rosterUpdate');
    server.setRosterItem('alice', 'carol@localhost', { name: 'Carol', ask: true });
    await update;
    await first.disconnect();

    const second = await online(server, 'alice', { storage });
    const before = server.log.length;
    await second.getRoster();
    const answers = server.log.slice(before).map(String);
    expect(answers.some((line) => line.includes('<item'))).toBe(false);
    expect(second.clientRoster.get('bob@localhost')).toMatchObject({
      name: 'Bob',
      groups: ['friends'],
      subscription: 'both',
    });
    expect(second.clientRoster.get('carol@localhost')).toMatchObject({ name: 'Carol', ask: true });
  });

  it('are of one account each', async () => {
    const server = memoryServer();
    const storage = new MemoryStorage();
    server.setRosterItem('alice', 'carol@localhost', { name: 'Carol' });
    const alice = await online(server, 'alice', { storage });
    await alice.getRoster();
    const bob = await online(server, 'bob', { storage });
    await bob.getRoster();
    expect([...bob.clientRoster]).toEqual([]);
  });

  it.each(['no json', '{}', 'null', '{"version":"v1","items":[{"jid":"@@/"}]}', '{"version":1,"items":{}}'])(
    'that cannot be read from the storage cost one full fetch: %s',
    async (text) => {
      const server = memoryServer();
      server.setRosterItem('alice', 'bob@localhost', { name: 'Bob' });
      const storage = new MemoryStorage();
      await storage.set('roster/alice@localhost', text);
      const client = await online(server, 'alice', { storage });
      await client.getRoster();
      expect(names(client)).toEqual(['bob@localhost Bob']);
    },
  );

  it('are stored in one go where pushes come faster than the storage takes them', async () => {
    let release = (): void => {};
    const texts: string[] = [];
    class Slow extends MemoryStorage {
      override async set(_key: string, value: string): Promise<void> {
        texts.push(value);
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
    }
    const { client, server } = await played({ storage: new Slow() }, BIND + VER);
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    server.peer.send(`<iq type='result' id='${idOf(request)}'><query xmlns='${NS}' ver='v0'/></iq>`);
    await fetching;
    for (let i = 1; i <= 100; i++) {
      server.peer.send(
        `<iq type='set' id='p${i}'><query xmlns='${NS}' ver='v${i}'><item jid='c${i}@example.net'/></query></iq>`,
      );
    }
    await server.peer.receive(/id='p100'/);
    expect(texts).toHaveLength(1);
    release();
    await expect.poll(() => texts.length).toBe(2);
    expect(JSON.parse(texts[1] ?? '')).toMatchObject({ version: 'v100' });
    expect(JSON.parse(texts[1] ?? '').items).toHaveLength(100);
    release();
    await client.disconnect();
  });

  it('do without a storage that fails', async () => {
    const server = memoryServer();
    server.setRosterItem('alice', 'bob@localhost', { name: 'Bob' });
    class Broken extends MemoryStorage {
      override get(): Promise<never> {
        return Promise.reject(new Error('disk on fire'));
      }

      override set(): Promise<never> {
        return Promise.reject(new Error('disk on fire'));
      }
    }
    const client = await online(server, 'alice', { storage: new Broken() });
    await client.getRoster();
    expect(names(client)).toEqual(['bob@localhost Bob']);
  });
});
