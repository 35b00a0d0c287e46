import type { XmlElement } from '@sestina/core';
import { expectXml, parseXml, ScriptedStream, useStreams } from '@sestina/testing';
import { NS_PUBSUB } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { LegacyBookmarks, LegacyConference, LegacyStorage, NS_LEGACY_BOOKMARKS as NS } from '../src/index.js';

const streams = useStreams(afterEach);
const storage = (inside = ''): string => `<storage xmlns='${NS}'>${inside}</storage>`;
const query = (inside: string): string => `<query xmlns='jabber:iq:private'>${inside}</query>`;
const get = `<iq type='get' id='*'>${query(storage())}</iq>`;
const set = (inside: string): string => `<iq type='set' id='*'>${query(storage(inside))}</iq>`;
const A = `<conference jid='a@rooms.example' name='A' autojoin='1' vendor='v'><nick>Al</nick><x xmlns='urn:x'/></conference>`;
const REST = `<url name='Home' url='https://example.org/'/><conference jid='@@' autojoin='true'/><vendor xmlns='urn:v'/>`;

async function start(options = {}) {
  const stream = await ScriptedStream.start({ jid: 'alice@example.org/desk', plugins: [[LegacyBookmarks, options]] });
  streams.keep(stream);
  return { stream, xmpp: stream.xmpp, bookmarks: stream.xmpp.plugin(LegacyBookmarks) };
}

describe('the list', () => {
  it('is read as it is, what is no room too', async () => {
    const { stream, bookmarks } = await start();
    const all = bookmarks.all();
    await stream.recvResult(await stream.expectSent(get), query(storage(A + REST)));
    const [room, none] = await all;
    expect([room?.room?.full, room?.name, room?.nick, room?.autojoin]).toEqual(['a@rooms.example', 'A', 'Al', true]);
    expect([none?.room, none?.jid]).toEqual([undefined, '@@']);
    const empty = bookmarks.all();
    await stream.recvResult(await stream.expectSent(get), query(storage()));
    expect(await empty).toEqual([]);
  });

  it('is changed one after the other, with all that is unknown in it', async () => {
    const { stream, bookmarks } = await start();
    const done = [
      bookmarks.update(
        (list) => void list.conferences.add(new LegacyConference({ jid: 'b@rooms.example', autojoin: true })),
      ),
      bookmarks.update((list) => list.find('a@rooms.example/x')?.set({ nick: 'Bo' })),
    ];
    await stream.recvResult(await stream.expectSent(get), query(storage(A + REST)));
    const b = `<conference jid='b@rooms.example' autojoin='true'/>`;
    const first = await stream.expectSent(set(A + REST + b));
    await stream.expectNothingSent();
    await stream.recvResult(first);
    await stream.recvResult(await stream.expectSent(get), query(storage(A + REST + b)));
    await stream.recvResult(await stream.expectSent(set(A.replace('Al', 'Bo') + REST + b)));
    expect((await done[1])?.conferences.length).toBe(3);
    const failing = expect(
      bookmarks.update(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await stream.recvResult(await stream.nextSent(), query(storage(A)));
    await failing;
    await stream.expectNothingSent();
  });

  it('is stored once what changes it is through', async () => {
    const { stream, bookmarks } = await start();
    let tell: (jid: string) => void = () => {};
    const asked = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const done = bookmarks.update(async (list) => {
      const jid = await asked;
      list.conferences.add(new LegacyConference({ jid }));
    });
    await stream.recvResult(await stream.expectSent(get), query(storage()));
    await stream.expectNothingSent();
    tell('c@rooms.example');
    await stream.recvResult(await stream.expectSent(set(`<conference jid='c@rooms.example'/>`)));
    expect((await done).conferences.length).toBe(1);
  });

  it('gets no new password unless that is wanted, and keeps those that are there', async () => {
    const { stream, bookmarks } = await start();
    const secret = A.replace('<nick>', '<password>old</password><nick>');
    const refused = expect(
      bookmarks.update((list) => list.find('a@rooms.example')?.set({ password: 'new' })),
    ).rejects.toMatchObject({
      option: 'passwords',
    });
    await stream.recvResult(await stream.nextSent(), query(storage(secret)));
    await refused;
    await stream.expectNothingSent();
    const kept = bookmarks.update((list) => list.find('a@rooms.example')?.set({ name: 'B' }));
    await stream.recvResult(await stream.nextSent(), query(storage(secret)));
    const sent = await stream.nextSent();
    expect(sent.toString()).toContain('old');
    await stream.recvResult(sent);
    await kept;
  });

  it('is private data where the server has no private storage', async () => {
    const { stream, bookmarks } = await start();
    const all = bookmarks.all();
    await stream.recvError(await stream.expectSent(get), 'service-unavailable');
    await stream.recvResult(
      await stream.nextSent(),
      `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS}'><item id='current'>${storage(A)}</item></items></pubsub>`,
    );
    expect((await all)[0]?.jid).toBe('a@rooms.example');
    void bookmarks
      .update((list) => void list.conferences.add(new LegacyConference({ jid: 'b@rooms.example' })))
      .catch(() => {});
    const asked = await stream.nextSent();
    expect(asked.child('pubsub', NS_PUBSUB)).toBeDefined();
    const only = await start({ storage: 'private' });
    const refused = expect(only.bookmarks.all()).rejects.toMatchObject({ condition: 'service-unavailable' });
    await only.stream.recvError(await only.stream.nextSent(), 'service-unavailable');
    await refused;
  });
});

describe('where the list is kept', () => {
  const items = `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS}'><item id='current'>${storage(A)}</item></items></pubsub>`;
  const b = `<conference jid='b@rooms.example'/>`;
  const publishing = `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;

  it('is private data where that is wanted, what is written too', async () => {
    const { stream, bookmarks } = await start({ storage: 'pep' });
    const done = bookmarks.update((list) => list.conferences.add(new LegacyConference({ jid: 'b@rooms.example' })));
    await stream.recvResult(await stream.nextSent(), items);
    await stream.recvResult(await stream.nextSent(), publishing);
    const sent = await stream.nextSent();
    const publish = sent.child('pubsub', NS_PUBSUB)?.child('publish');
    expect([publish?.attribute('node'), publish?.child('item')?.attribute('id')]).toEqual([NS, 'current']);
    expectXml(publish?.child('item')?.firstElement as XmlElement, storage(A + b));
    await stream.recvResult(sent);
    // The server is asked whether the node is as it should be.
    const settings = {
      access_model: 'whitelist',
      persist_items: 1,
      max_items: 1,
      send_last_published_item: 'never',
      notify_retract: 1,
    };
    const fields = Object.entries(settings).map(
      ([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`,
    );
    const form = `<x xmlns='jabber:x:data' type='form'>${fields.join('')}</x>`;
    await stream.recvResult(
      await stream.nextSent(),
      `<pubsub xmlns='${NS_PUBSUB}#owner'><configure node='${NS}'>${form}</configure></pubsub>`,
    );
    expect((await done).conferences.length).toBe(2);
  });

  it('stays what it was in this session, and is found out again in the next one', async () => {
    const { stream, bookmarks } = await start();
    const first = bookmarks.all();
    await stream.recvError(await stream.expectSent(get), 'service-unavailable');
    await stream.recvResult(await stream.nextSent(), items);
    await first;
    const second = bookmarks.all();
    const asked = await stream.nextSent();
    expect(asked.child('pubsub', NS_PUBSUB)).toBeDefined();
    await stream.recvResult(asked, items);
    await second;
    await stream.drop();
    await stream.connect();
    const third = bookmarks.all();
    await stream.recvResult(await stream.expectSent(get), query(storage(A)));
    await third;
    // Private storage was there: that it is not now is an error, and no reason to look elsewhere.
    const fourth = expect(bookmarks.all()).rejects.toMatchObject({ condition: 'service-unavailable' });
    await stream.recvError(await stream.expectSent(get), 'service-unavailable');
    await fourth;
    await stream.expectNothingSent();
  });

  it('is not looked for elsewhere where the server only asks to wait, or does not answer', async () => {
    const { stream, bookmarks } = await start();
    const busy = expect(bookmarks.all()).rejects.toMatchObject({ condition: 'resource-constraint' });
    await stream.recvError(await stream.expectSent(get), 'resource-constraint');
    await busy;
    const silent = expect(bookmarks.all({ timeout: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await stream.expectSent(get);
    await stream.clock.advance(5);
    await silent;
    await stream.expectNothingSent();
  });

  it.each([{ storage: 'disk' }, { passwords: 'yes' }])('is refused as %j', async (options) => {
    await expect(start(options)).rejects.toMatchObject({ code: 'ERR_CONFIG', option: Object.keys(options)[0] });
  });
});

it('has a room for each address of one, whatever is behind it', () => {
  const list = new LegacyStorage(parseXml(storage(REST + A)));
  expect(list.find('a@rooms.example')?.name).toBe('A');
  expect(list.find('b@rooms.example')).toBeUndefined();
  expect([...list.urls].map(({ name, url }) => [name, url])).toEqual([['Home', 'https://example.org/']]);
  const rooms = ['a@rooms.example/nick', 'rooms.example', undefined].map(
    (jid) => new LegacyConference({ jid }).room?.full,
  );
  expect(rooms).toEqual(['a@rooms.example', undefined, undefined]);
});

it('has and copies passwords where these are allowed', async () => {
  const { stream, bookmarks } = await start({ passwords: true });
  const secret = `<conference jid='a@rooms.example'><password>p</password></conference>`;
  const done = bookmarks.update((list) =>
    list.conferences.add(new LegacyConference({ jid: 'a@rooms.example', password: 'p' })),
  );
  await stream.recvResult(await stream.nextSent(), query(storage()));
  await stream.recvResult(await stream.expectSent(set(secret)));
  await done;
  const written: unknown[] = [];
  const copied = bookmarks.copyTo({ all: new Map(), set: async (_room, changes) => void written.push(changes) });
  await stream.recvResult(await stream.nextSent(), query(storage(`${secret}<conference jid='b@rooms.example'/>`)));
  expect(await copied).toBe(2);
  expect(written).toEqual([
    { name: undefined, nick: undefined, autojoin: false, password: 'p' },
    { name: undefined, nick: undefined, autojoin: false },
  ]);
});

it('shows passwords to no tracer', async () => {
  const shown: string[] = [];
  const note = (element: unknown): void => void shown.push(String(element));
  const stream = await ScriptedStream.start({ options: { tracer: { incoming: note, outgoing: note } } });
  streams.keep(stream);
  const secret = '<password>cauldronburn</password>';
  await stream.recv(`<message from='a@b.c'>${storage(`<conference jid='a@b'>${secret}</conference>`)}</message>`);
  expect(shown.join('')).toContain('<password');
  expect(shown.join('')).not.toContain('cauldronburn');
});

it('refuses a password that was another room’s', async () => {
  const { stream, bookmarks } = await start();
  const refused = expect(
    bookmarks.update((list) => list.conferences.add(new LegacyConference({ jid: 'b@rooms.example', password: 'p' }))),
  ).rejects.toMatchObject({ option: 'passwords' });
  const a = `<conference jid='a@rooms.example'><password>p</password></conference>`;
  await stream.recvResult(await stream.nextSent(), query(storage(a)));
  await refused;
  await stream.expectNothingSent();
});

it('is copied into newer bookmarks, which lose nothing, without passwords', async () => {
  const { stream, bookmarks } = await start();
  const written: unknown[] = [];
  const target = {
    all: new Map([['c@rooms.example', {}]]),
    set: async (room: string, changes: object) => void written.push([room, changes]),
  };
  const copied = bookmarks.copyTo(target);
  const more = `<conference jid='c@rooms.example'/><conference jid='D@rooms.example'><password>p</password></conference>`;
  await stream.recvResult(await stream.expectSent(get), query(storage(A + REST + more)));
  expect(await copied).toBe(2);
  expect(written).toEqual([
    ['a@rooms.example', { name: 'A', nick: 'Al', autojoin: true }],
    ['d@rooms.example', { name: undefined, nick: undefined, autojoin: false }],
  ]);
  await stream.expectNothingSent();
});
