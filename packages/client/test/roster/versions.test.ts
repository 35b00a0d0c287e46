import { MemoryStorage, SilentLogger } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { BIND, idOf, rejection } from '../support.js';
import { memoryServer, NS, names, online, played } from './support.js';

class Warnings extends SilentLogger {
  readonly #log: string[];

  constructor(log: string[]) {
    super();
    this.#log = log;
  }

  override warn(message?: string): void {
    this.#log.push(message ?? '');
  }
}

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

  it('stay as they are through a push without one, which is stored all the same', async () => {
    const storage = new MemoryStorage();
    const { client, server } = await played({ storage }, `${BIND}${VER}`);
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq[^>]*type='get'.*?<\/iq>/);
    server.peer.send(`<iq type='result' id='${idOf(request)}'><query xmlns='${NS}' ver='v1'/></iq>`);
    await fetching;
    server.peer.send(
      `<iq type='set' id='p'><query xmlns='${NS}'><item jid='bob@example.net' name='Bob'/></query></iq>`,
    );
    await server.peer.receive(/id='p'/);
    expect(client.clientRoster.version).toBe('v1');
    expect(names(client)).toEqual(['bob@example.net Bob']);
    const stored = async (): Promise<unknown> => JSON.parse((await storage.get('roster/alice@example.org')) ?? 'null');
    await expect.poll(stored).toMatchObject({ version: 'v1', items: [{ jid: 'bob@example.net', name: 'Bob' }] });
  });

  it('of an earlier fetch do not come back where a later roster had none', async () => {
    const { client, server } = await played({}, `${BIND}${VER}`);
    const fetch = async (query: string): Promise<string> => {
      const fetching = client.getRoster();
      const request = await server.peer.receive(/<iq[^>]*type='get'.*?<\/iq>/);
      if (query) server.peer.send(`<iq type='result' id='${idOf(request)}'>${query}</iq>`);
      else server.peer.send(`<iq type='error' id='${idOf(request)}'/>`);
      await fetching.catch(() => undefined);
      return request;
    };
    await fetch(`<query xmlns='${NS}' ver='v1'><item jid='bob@example.net'/></query>`);
    await fetch(`<query xmlns='${NS}'><item jid='carol@example.net'/></query>`);
    expect(await fetch('')).toContain("ver=''");
    expect(names(client)).toEqual(['carol@example.net ']);
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

  it.each([
    'no json',
    '{}',
    'null',
    '{"version":"v1","items":[{"jid":"@@/"}]}',
    '{"version":1,"items":{}}',
    '{"version":1,"items":[]}',
    '{"version":"v1","items":[null]}',
    '{"version":"v1","items":[{"jid":"bob@localhost","name":5}]}',
    '{"version":"v1","items":[{"jid":"bob@localhost","groups":"friends"}]}',
    '{"version":"v1","items":[{"jid":"bob@localhost","groups":[{}]}]}',
    '{"version":"v1","items":[{"jid":"bob@localhost","subscription":"remove"}]}',
    '{"version":"v1","items":[{"jid":"bob@localhost","ask":"subscribe"}]}',
  ])('that are damaged in the storage cost one full fetch, are removed, and that is said once: %s', async (text) => {
    const server = memoryServer();
    server.setRosterItem('alice', 'bob@localhost', { name: 'Bob' });
    const storage = new MemoryStorage();
    await storage.set('roster/alice@localhost', text);
    const log: string[] = [];
    const removed: string[] = [];
    const remove = storage.delete.bind(storage);
    storage.delete = async (key) => {
      removed.push(key);
      await remove(key);
    };
    const client = await online(server, 'alice', { storage, logger: new Warnings(log) });
    await client.getRoster();
    await client.getRoster();
    expect(names(client)).toEqual(['bob@localhost Bob']);
    expect(removed).toEqual(['roster/alice@localhost']);
    expect(log.filter((line) => line.includes('damaged'))).toHaveLength(1);
  });

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
