import { MemoryStorage } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { BIND, idOf, type Played, PlayedServer, rejection } from '../support.js';
import { NS, names, played } from './support.js';

const VER = "<ver xmlns='urn:xmpp:features:rosterver'/>";

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

  it('beyond the bytes that a roster may take is refused, and those of contacts that are there are taken', async () => {
    const { client, server } = await played();
    const name = 'x'.repeat(60_000);
    let refused = 0;
    for (let number = 0; number < 300; number++) {
      server.peer.send(push('', `<item jid='c${number}@example.net' name='${name}'/>`));
      const answer = await server.peer.receive(/<iq[^>]*(?:\/>|>.*?<\/iq>)/);
      if (answer.includes('resource-constraint')) refused += 1;
    }
    expect(client.clientRoster.size).toBe(277);
    expect(refused).toBe(23);
    server.peer.send(push('', "<item jid='c0@example.net' name='short'/>"));
    await server.peer.receive(/<iq[^>]*type='result'[^>]*\/>/);
    expect(client.clientRoster.get('c0@example.net')?.name).toBe('short');
    server.peer.send(push('', "<item jid='c299@example.net'/>"));
    await server.peer.receive(/<iq[^>]*type='result'[^>]*\/>/);
    expect(client.clientRoster.has('c299@example.net')).toBe(true);
  });

  it('before the roster was fetched changes the list, and says nothing of its version', async () => {
    const storage = new MemoryStorage();
    const good = '{"version":"v1","items":[{"jid":"bob@example.net","name":"Bob"}]}';
    await storage.set('roster/alice@example.org', good);
    const { client, server } = await played({ storage }, BIND + VER);
    const pushed = (ver: string): void =>
      server.peer.send(
        `<iq type='set' id='${ver}'><query xmlns='${NS}' ver='${ver}'><item jid='carol@example.net'/></query></iq>`,
      );
    pushed('v2');
    await server.peer.receive(/id='v2'/);
    expect(client.clientRoster.has('carol@example.net')).toBe(true);
    expect(client.clientRoster.loaded).toBe(false);
    expect(await storage.get('roster/alice@example.org')).toBe(good);
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq[^>]*type='get'.*?<\/iq>/);
    expect(request).toContain("ver='v1'");
    server.peer.send(`<iq type='result' id='${idOf(request)}'/>`);
    await fetching;
    // What was pushed is later than what was stored.
    expect(names(client)).toEqual(['carol@example.net ', 'bob@example.net Bob']);
    // The server tells what has changed since.
    pushed('v3');
    await server.peer.receive(/id='v3'/);
    expect(names(client)).toEqual(['carol@example.net ', 'bob@example.net Bob']);
    await expect.poll(() => storage.get('roster/alice@example.org')).toContain('"version":"v3"');
  });

  it('before the roster was fetched outlasts what was stored: presence, subscription, and a removal', async () => {
    const storage = new MemoryStorage();
    const stored = '{"version":"v1","items":[{"jid":"bob@example.net"},{"jid":"dave@example.net"}]}';
    await storage.set('roster/alice@example.org', stored);
    const { client, server } = await played({ storage }, BIND + VER);
    const gone: string[] = [];
    client.on('gotOffline', ({ jid }) => gone.push(`${jid}`));
    server.peer.send(push('', "<item jid='bob@example.net' subscription='both'/>"));
    server.peer.send(push('', "<item jid='dave@example.net' subscription='remove'/>"));
    server.peer.send("<presence from='bob@example.net/x'/>");
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq[^>]*type='get'.*?<\/iq>/);
    expect(client.clientRoster.get('bob@example.net')).toMatchObject({ subscription: 'both', online: true });
    server.peer.send(`<iq type='result' id='${idOf(request)}'/>`);
    await fetching;
    expect(names(client)).toEqual(['bob@example.net ']);
    expect(client.clientRoster.get('bob@example.net')).toMatchObject({ subscription: 'both', online: true });
    expect(gone).toEqual([]);
  });

  it('before the roster was fetched in a later session does not count either', async () => {
    const all = new PlayedServer();
    const client = all.client({ reconnect: false });
    const session = async (): Promise<Played> => {
      const connecting = client.connect();
      const server = await all.next();
      await server.login();
      await server.open(BIND + VER);
      await server.bind();
      await connecting;
      return server;
    };
    const first = await session();
    const fetching = client.getRoster();
    const request = await first.peer.receive(/<iq[^>]*type='get'.*?<\/iq>/);
    first.peer.send(
      `<iq type='result' id='${idOf(request)}'><query xmlns='${NS}' ver='v1'><item jid='bob@example.net'/></query></iq>`,
    );
    await fetching;
    expect(client.clientRoster).toMatchObject({ loaded: true, fresh: true });
    await client.disconnect();
    const second = await session();
    expect(client.clientRoster).toMatchObject({ loaded: true, fresh: false });
    second.peer.send(
      `<iq type='set' id='p'><query xmlns='${NS}' ver='v9'><item jid='carol@example.net'/></query></iq>`,
    );
    await second.peer.receive(/id='p'/);
    const again = rejection(client.getRoster());
    expect(await second.peer.receive(/<iq[^>]*type='get'.*?<\/iq>/)).toContain("ver='v1'");
    await client.disconnect();
    await again;
  });
});
