import { JID, StanzaError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { BIND, idOf, type Played, PlayedServer, rejection } from '../support.js';
import { memoryServer, NS, names, online, played } from './support.js';

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

  it('knows of all who are there, however many contacts there are', async () => {
    const { client, server } = await played();
    const contacts = Array.from({ length: 12_000 }, (_, i) => JID.parse(`c${i}@example.org`));
    client.clientRoster.apply(contacts.map((jid) => ({ jid, subscription: 'both' })));
    let seen = 0;
    client.on('gotOnline', () => void seen++);
    for (let at = 0; at < contacts.length; at += 1_000) {
      const some = contacts.slice(at, at + 1_000);
      server.peer.send(some.map((jid) => `<presence from='${jid}/x' to='alice@example.org/phone'/>`).join(''));
    }
    await expect.poll(() => seen, { timeout: 20_000 }).toBe(contacts.length);
    expect(client.clientRoster.get('c11999@example.org')?.online).toBe(true);
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
    const failed = rejection(client.updateRoster('bob@example.net', { name: '', groups: [] }));
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
    expect(names(client)).toEqual(['bob@example.net Bob', 'bob@example.net/phone ', 'carol@example.net Carol']);
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

  it('is fetched before a change that leaves something as it is, once in a session', async () => {
    const { client, server } = await played();
    const next = (): Promise<string> => server.peer.receive(/<iq.*?<\/iq>/);
    const changing = client.updateRoster('bob@example.net', { name: 'Robert' });
    const fetch = await next();
    expect(fetch).toContain("type='get'");
    server.peer.send(
      `<iq type='result' id='${idOf(fetch)}'><query xmlns='${NS}'><item jid='bob@example.net' name='Bob'><group>work</group></item></query></iq>`,
    );
    const set = await next();
    expect(set).toContain("name='Robert'");
    expect(set).toContain('<group>work</group>');
    server.peer.send(`<iq type='result' id='${idOf(set)}'/>`);
    await changing;
    const again = rejection(client.updateRoster('bob@example.net', { groups: [] }));
    expect(await next()).toContain("type='set'");
    await client.disconnect();
    await again;
  });

  it('is not changed where it cannot be fetched for that', async () => {
    const { client, server } = await played();
    const failed = rejection(client.updateRoster('bob@example.net', { name: 'Robert' }));
    server.peer.send(
      `<iq type='error' id='${idOf(await server.peer.receive(/<iq.*?<\/iq>/))}'><error type='wait'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    expect(await failed).toBeInstanceOf(StanzaError);
    await client.disconnect();
    expect(server.peer.received).not.toContain("type='set'><query xmlns='jabber:iq:roster'");
  });

  it('has each group once, however often the server names it, and none without a name', async () => {
    const { client, server } = await played();
    const fetching = client.getRoster();
    server.peer.send(
      `<iq type='result' id='${idOf(await server.peer.receive(/<iq.*?<\/iq>/))}'><query xmlns='${NS}'><item jid='bob@example.net'><group>a</group><group/><group>a</group><group>b</group></item></query></iq>`,
    );
    const roster = await fetching;
    expect(roster.get('bob@example.net')?.groups).toEqual(['a', 'b']);
    expect([...roster.groups()].map(([name, items]) => [name, items.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    const changing = rejection(roster.update('bob@example.net', { name: 'Bob' }));
    const set = await server.peer.receive(/<iq[^>]*type='set'.*?<\/iq>/);
    expect(set.match(/<group>.*?<\/group>/g)).toEqual(['<group>a</group>', '<group>b</group>']);
    await client.disconnect();
    await changing;
  });

  it('keeps an item with a resource apart from the one without', async () => {
    const { client, server } = await played();
    const fetching = client.getRoster();
    server.peer.send(
      `<iq type='result' id='${idOf(await server.peer.receive(/<iq.*?<\/iq>/))}'><query xmlns='${NS}'><item jid='bob@example.net/phone' name='Phone'/><item jid='bob@example.net' name='Bob'/></query></iq>`,
    );
    const roster = await fetching;
    expect(names(client)).toEqual(['bob@example.net/phone Phone', 'bob@example.net Bob']);
    expect(roster.get('bob@example.net/phone')?.name).toBe('Phone');
    expect(roster.get('bob@example.net/desk')?.name).toBe('Bob');
    const removing = client.delRosterItem('bob@example.net/phone');
    const request = await server.peer.receive(/<iq[^>]*type='set'.*?<\/iq>/);
    expect(request).toContain("jid='bob@example.net/phone'");
    server.peer.send(`<iq type='result' id='${idOf(request)}'/>`);
    await removing;
    expect(names(client)).toEqual(['bob@example.net Bob']);
  });

  it('gives those their presence that came before it, however many they are', async () => {
    const { client, server } = await played();
    const count = 3_000;
    const all = Array.from({ length: count }, (_, i) => `c${i}@example.net`);
    server.peer.send(all.map((jid) => `<presence from='${jid}/x'><status>${jid}</status></presence>`).join(''));
    const fetching = client.getRoster();
    const request = await server.peer.receive(/<iq.*?<\/iq>/);
    const items = all.slice(0, count - 500).map((jid) => `<item jid='${jid}' subscription='both'/>`);
    server.peer.send(`<iq type='result' id='${idOf(request)}'><query xmlns='${NS}'>${items.join('')}</query></iq>`);
    const roster = await fetching;
    expect([...roster].filter(({ jid, best }) => best?.status === jid.full)).toHaveLength(count - 500);
    expect(roster.get(`c${count - 1}@example.net`)).toMatchObject({ online: true, inRoster: false });
  });

  it('keeps no more than 1,000 of those who turn out to be in no roster', async () => {
    const { client, server } = await played();
    const all = Array.from({ length: 1_500 }, (_, i) => `s${i}@example.net`);
    server.peer.send(all.map((jid) => `<presence from='${jid}/x'/>`).join(''));
    const fetching = client.getRoster();
    server.peer.send(
      `<iq type='result' id='${idOf(await server.peer.receive(/<iq.*?<\/iq>/))}'><query xmlns='${NS}'/></iq>`,
    );
    const roster = await fetching;
    const known = all.filter((jid) => roster.get(jid));
    expect([known.length, known[0]]).toEqual([1_000, 's500@example.net']);
  });
});

describe('presence that we do not see any more', () => {
  it.each([
    ["subscription='none'", true],
    ["subscription='from'", true],
    ["subscription='remove'", false],
  ])('is forgotten with a push of %s, which is told once (RFC 6121 §3.3.3)', async (change, stays) => {
    const { client, server } = await played();
    const seen: string[] = [];
    for (const name of ['gotOnline', 'gotOffline', 'changedStatus', 'rosterUpdate'] as const)
      client.on(name, () => seen.push(name));
    const push = (item: string, id: string): string =>
      `<iq type='set' id='${id}'><query xmlns='${NS}'><item jid='bob@example.net' ${item}/></query></iq>`;
    server.peer.send(push("subscription='both'", 'p1'));
    await client.wait('rosterUpdate');
    server.peer.send("<presence from='bob@example.net/x'/>");
    await client.wait('changedStatus');
    server.peer.send(`${push(change, 'p2')}<presence from='bob@example.net/x' type='unavailable'/>`);
    server.peer.send(push("subscription='remove'", 'p3'));
    await server.peer.receive(/id='p3'/);
    await client.disconnect();
    expect(client.clientRoster.get('bob@example.net')).toBeUndefined();
    const once = ['rosterUpdate', 'gotOnline', 'changedStatus', 'rosterUpdate', 'changedStatus', 'gotOffline'];
    expect(seen).toEqual(stays ? [...once, 'rosterUpdate'] : once);
  });

  it('stays where it was not seen by subscription: it was sent to us directly', async () => {
    const { client, server } = await played();
    const push = (item: string, id: string): string =>
      `<iq type='set' id='${id}'><query xmlns='${NS}'><item jid='bob@example.net' ${item}/></query></iq>`;
    server.peer.send(`${push("subscription='from'", 'p1')}<presence from='bob@example.net/x'/>`);
    server.peer.send(push("subscription='remove'", 'p2'));
    await server.peer.receive(/id='p2'/);
    expect(client.clientRoster.get('bob@example.net')).toMatchObject({ online: true, inRoster: false });
  });
});

describe('a request that was withdrawn', () => {
  it('does not wait for an answer any more, nor does one in the next session', async () => {
    const all = new PlayedServer();
    const client = all.client({ reconnect: false });
    const session = async (): Promise<Played> => {
      const connecting = client.connect();
      const server = await all.next();
      await server.login();
      await server.open(BIND);
      await server.bind();
      await connecting;
      return server;
    };
    const { peer } = await session();
    const asked = client.wait('rosterSubscriptionRequest', { filter: ({ from }) => from?.local === 'carol' });
    peer.send(
      "<presence from='bob@example.net' type='subscribe'/><presence from='carol@example.net' type='subscribe'/>",
    );
    await asked;
    expect(client.clientRoster.get('bob@example.net')?.pendingIn).toBe(true);
    const withdrawn = client.wait('rosterSubscriptionRemove');
    peer.send("<presence from='bob@example.net' type='unsubscribe'/>");
    await withdrawn;
    expect(client.clientRoster.get('bob@example.net')).toBeUndefined();
    expect(client.clientRoster.get('carol@example.net')?.pendingIn).toBe(true);
    await client.disconnect();
    await session();
    expect(client.clientRoster.get('carol@example.net')).toBeUndefined();
    await client.disconnect();
  });
});
