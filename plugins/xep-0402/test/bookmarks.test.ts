import { ScriptedStream, useStreams } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from '@sestina/xep-0060';
import { afterEach, describe, expect, it } from 'vitest';
import { Bookmarks, NS_BOOKMARKS } from '../src/index.js';

const OWN = 'juliet@capulet.com/chamber';
const ACCOUNT = 'juliet@capulet.com';

const streams = useStreams(afterEach);
/** What a presence says of capabilities is hashed by the platform, beside the clock of the tests. */
const POLL = { timeout: 10_000 };

const conference = (attributes = '', inside = ''): string =>
  `<conference xmlns='${NS_BOOKMARKS}'${attributes}>${inside}</conference>`;
const item = (id: string, attributes = '', inside = ''): string =>
  `<item id='${id}'>${conference(attributes, inside)}</item>`;
const items = (...inside: string[]): string =>
  `<pubsub xmlns='${NS_PUBSUB}'><items node='${NS_BOOKMARKS}'>${inside.join('')}</items></pubsub>`;
const event = (inside: string, from = ACCOUNT): string =>
  `<message from='${from}' to='${OWN}'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_BOOKMARKS}'>${inside}</items></event></message>`;
const DISCO = `<query xmlns='http://jabber.org/protocol/disco#info'><identity category='pubsub' type='pep'/><feature var='${NS_PUBSUB}#publish-options'/></query>`;
const AUTO = ` autojoin='true'`;

async function start(known: readonly string[] = [], options = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[Bookmarks, options]] as never });
  streams.keep(stream);
  const { xmpp } = stream;
  const told: unknown[] = [];
  xmpp.on('bookmarkChanged', ({ bookmark: { room, name, nick, autojoin } }) =>
    told.push([room.full, name, nick, autojoin]),
  );
  xmpp.on('bookmarkRemoved', ({ bookmark }) => told.push(['removed', bookmark.room.full]));
  xmpp.on('bookmarkJoinFailed', ({ bookmark }) => told.push(['failed', bookmark.room.full]));
  await stream.recvResult(await stream.nextSent(), items(...known));
  /** The rooms that were asked to let us in since. */
  const asked = (): string[] =>
    stream.sent
      .filter((each) => each.name === 'presence' && each.attribute('type') === undefined)
      .map((presence) => presence.attribute('to') ?? '')
      .filter((to) => to.includes('/'));
  return { stream, xmpp, bookmarks: xmpp.plugin(Bookmarks), told, asked };
}

/** Plays the room that lets us in. */
async function letIn(stream: ScriptedStream, occupant: string): Promise<void> {
  await stream.recv(
    `<presence from='${occupant}' to='${OWN}'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/><status code='110'/></x></presence>` +
      `<message from='${occupant.split('/')[0]}' to='${OWN}' type='groupchat'><subject/></message>`,
  );
}

describe('bookmarks', () => {
  it('are what our account says, and nobody else', async () => {
    const { stream, bookmarks, told } = await start([
      item('a@rooms.example', ` name='A'`, '<nick>Jule</nick>'),
      item('rooms.example'),
      item('a@rooms.example/nick', AUTO),
      item('@', AUTO),
      `<item id='b@rooms.example'><x xmlns='urn:x'/></item>`,
    ]);
    expect([...bookmarks.all.keys()]).toEqual(['a@rooms.example']);
    expect(bookmarks.get('A@rooms.example')).toMatchObject({ name: 'A', nick: 'Jule', autojoin: false });
    for (const from of ['romeo@montague.net', OWN, 'capulet.com', 'a@rooms.example']) {
      await stream.recv(event(item('evil@rooms.example', AUTO), from));
      await stream.recv(event(`<retract id='a@rooms.example'/>`, from));
    }
    expect([told, bookmarks.ready, stream.errors]).toEqual([[], true, []]);
    await stream.recv(event(item('c@rooms.example', ` autojoin='nonsense' name='C'`)));
    await stream.recv(event(`<retract id='a@rooms.example'/>`));
    expect(told).toEqual([
      ['c@rooms.example', 'C', undefined, false],
      ['removed', 'a@rooms.example'],
    ]);
    await stream.recv(event(item('@', AUTO)) + event(`<retract id='@'/>`));
    expect([told.length, stream.errors]).toEqual([2, []]);
  });

  it('are told of with what they were before, and when all are known', async () => {
    const stream = await ScriptedStream.start({ jid: OWN, plugins: [Bookmarks] });
    streams.keep(stream);
    const told: unknown[] = [];
    stream.xmpp.on('bookmarksReady', ({ bookmarks }) => told.push([...bookmarks.keys()]));
    stream.xmpp.on('bookmarkChanged', ({ bookmark, previous }) => told.push([previous?.name, bookmark.name]));
    await stream.recvResult(await stream.nextSent(), items(item('a@rooms.example', ` name='A'`)));
    await stream.recv(event(item('a@rooms.example', ` name='B'`)) + event(item('b@rooms.example', ` name='C'`)));
    expect(told).toEqual([['a@rooms.example'], ['A', 'B'], [undefined, 'C']]);
  });

  it('are asked for one by one until all are known', async () => {
    const stream = await ScriptedStream.start({ jid: OWN, plugins: [Bookmarks] });
    streams.keep(stream);
    const bookmarks = stream.xmpp.plugin(Bookmarks);
    const all = await stream.nextSent();
    const found = [];
    for (const inside of [item('a@rooms.example', ` name='A'`), '']) {
      const asked = bookmarks.find('a@rooms.example/nick');
      const question = await stream.nextSent();
      expect(question.firstElement?.firstElement?.firstElement?.attribute('id')).toBe('a@rooms.example');
      await stream.recvResult(question, items(inside));
      found.push((await asked)?.name);
    }
    expect(found).toEqual(['A', undefined]);
    await stream.recvResult(all, items(item('a@rooms.example', ` name='B'`)));
    expect((await bookmarks.find('a@rooms.example'))?.name).toBe('B');
    await stream.expectNothingSent();
  });

  it('are written under their own id, whatever else is there', async () => {
    const { stream, bookmarks } = await start([item('@'), item('a@rooms.example'), item('B@rooms.example')]);
    for (const [room, id] of [
      ['b@rooms.example', 'B@rooms.example'],
      ['c@rooms.example', 'c@rooms.example'],
    ] as const) {
      const done = expect(bookmarks.set(room, { name: 'x' })).rejects.toMatchObject({ code: 'ERR_PUBSUB' });
      const question = await stream.nextSent();
      expect(question.firstElement?.firstElement?.firstElement?.attribute('id')).toBe(id);
      await stream.recvError(question, 'internal-server-error');
      await done;
    }
  });

  it('are changed with all that is unknown in them, under the id that stands there', async () => {
    const unknown = `<extensions><pin xmlns='urn:pin'/></extensions><odd xmlns='urn:odd'/>`;
    const { stream, bookmarks } = await start([item('A@Rooms.example', ` name='A' vendor='v'`, unknown)]);
    const done = bookmarks.set('a@rooms.example', {
      nick: 'Jule',
      name: undefined,
      extensions: (xml) => xml.append(xml.child('pin', 'urn:pin')?.copy() ?? ''),
    });
    await stream.recvResult(await stream.nextSent(), items(item('A@Rooms.example', ` name='A' vendor='v'`, unknown)));
    await stream.recvResult(await stream.nextSent(), DISCO);
    const sent = await stream.nextSent();
    const published = sent.child('pubsub', NS_PUBSUB)?.child('publish')?.child('item');
    expect(published?.attribute('id')).toBe('A@Rooms.example');
    const written = published?.child('conference', NS_BOOKMARKS);
    expect([written?.attribute('name'), written?.attribute('vendor'), written?.child('nick')?.text]).toEqual([
      undefined,
      'v',
      'Jule',
    ]);
    expect(written?.child('odd', 'urn:odd')).toBeDefined();
    expect(written?.child('extensions')?.childrenNamed('pin', 'urn:pin')).toHaveLength(2);
    const refused = expect(done).rejects.toMatchObject({ code: 'ERR_PUBSUB' });
    await stream.recvError(sent, 'internal-server-error');
    await refused;
  });

  it('have no passwords unless that is wanted, and are of rooms alone', async () => {
    const { stream, bookmarks } = await start();
    await expect(bookmarks.set('a@rooms.example', { password: 'pw' })).rejects.toMatchObject({ option: 'password' });
    for (const room of ['rooms.example', 'a@rooms.example/nick']) {
      await expect(bookmarks.set(room)).rejects.toMatchObject({ option: 'room' });
    }
    await stream.expectNothingSent();
  });
});

describe('rooms', () => {
  it('are entered as their bookmarks say, so many in a second, and one that refuses keeps out no other', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `r${index}@rooms.example`);
    const { stream, told, asked } = await start([
      ...names.map((name) => item(name, AUTO, '<nick>Jule</nick>')),
      item('quiet@rooms.example'),
    ]);
    await expect.poll(asked, POLL).toEqual(['r0@rooms.example/Jule']);
    const first = stream.sent.find(({ name }) => name === 'presence');
    await stream.recv(
      `<presence from='r0@rooms.example/Jule' to='${OWN}' id='${first?.attribute('id')}' type='error'><x xmlns='http://jabber.org/protocol/muc'/><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
    );
    expect(told).toEqual([['failed', 'r0@rooms.example']]);
    await stream.clock.advance(1_000);
    await expect.poll(asked, POLL).toHaveLength(6);
    await stream.clock.advance(10_000);
    await expect.poll(asked, POLL).toEqual(names.map((name) => `${name}/Jule`));
  });

  it('are left because another device says so, and not because we do', async () => {
    const { stream, xmpp, bookmarks } = await start([item('a@rooms.example', AUTO, '<nick>Jule</nick>')]);
    const muc = xmpp.plugin(MultiUserChat);
    await letIn(stream, 'a@rooms.example/Jule');
    expect(muc.room('a@rooms.example')?.state).toBe('joined');
    stream.skipSent();
    const done = bookmarks.set('a@rooms.example', { autojoin: false });
    await stream.recvResult(await stream.nextSent(), items(item('a@rooms.example', AUTO, '<nick>Jule</nick>')));
    await stream.recvResult(await stream.nextSent(), DISCO);
    const publish = await stream.nextSent();
    await stream.recv(event(item('a@rooms.example', ` autojoin='false'`, '<nick>Jule</nick>')));
    await stream.recvResult(publish);
    const form = [
      'access_model:whitelist',
      'persist_items:1',
      'max_items:max',
      'send_last_published_item:never',
      'notify_retract:1',
    ]
      .map((each) => each.split(':'))
      .map(([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`);
    await stream.recvResult(
      await stream.nextSent(),
      `<pubsub xmlns='${NS_PUBSUB}#owner'><configure><x xmlns='jabber:x:data' type='form'>${form.join('')}</x></configure></pubsub>`,
    );
    expect((await done).autojoin).toBe(false);
    expect(muc.room('a@rooms.example')?.state).toBe('joined');
    await stream.recv(event(item('a@rooms.example', AUTO)) + event(item('a@rooms.example', AUTO, '<nick>Jule</nick>')));
    await stream.expectNothingSent();
    await stream.recv(event(item('a@rooms.example', AUTO, '<nick>Juliet</nick>')));
    const renaming = await stream.nextSent();
    expect(renaming.attribute('to')).toBe('a@rooms.example/Juliet');
    await stream.recv(event(`<retract id='a@rooms.example'/>`));
    const leaving = await stream.nextSent();
    expect([leaving.attribute('to'), leaving.attribute('type')]).toEqual(['a@rooms.example/Jule', 'unavailable']);
  });

  it('are left alone where the options say so, and with the plugin', async () => {
    const { stream, xmpp, asked } = await start([item('a@rooms.example', AUTO)], { autojoin: false });
    expect(asked()).toEqual([]);
    xmpp.remove(Bookmarks);
    expect(xmpp.advertised.has(`${NS_BOOKMARKS}+notify`)).toBe(false);
    await stream.recv(event(item('b@rooms.example', AUTO)));
    for (const joinRate of [0, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
      expect(() => xmpp.use(Bookmarks, { joinRate })).toThrow('joinRate is a positive number');
    }
    await expect(ScriptedStream.start({ kind: 'component', plugins: [Bookmarks] })).rejects.toThrow('xep-0402');
    const other = await start(['r0', 'r1', 'r2'].map((name) => item(`${name}@rooms.example`, AUTO)));
    await expect.poll(other.asked, POLL).toHaveLength(1);
    expect(other.stream.clock.pending.at(0)).toMatchObject({ background: true });
    other.xmpp.remove(Bookmarks);
    await other.stream.clock.advance(10_000);
    expect([other.asked().length, other.told]).toEqual([1, []]);
  });

  it('that wait for their turn are not entered once the session is over', async () => {
    const { stream, asked } = await start(['r0', 'r1', 'r2'].map((name) => item(`${name}@rooms.example`, AUTO)));
    await expect.poll(asked, POLL).toHaveLength(1);
    await stream.disconnect();
    expect(stream.clock.pending).toEqual([]);
    await stream.connect();
    await stream.clock.advance(10_000);
    expect(asked()).toHaveLength(1);
  });

  it('that are being entered keep the nick with which that was begun', async () => {
    const { stream, asked } = await start([item('a@rooms.example', AUTO, '<nick>Jule</nick>')]);
    await expect.poll(asked, POLL).toHaveLength(1);
    await stream.recv(event(item('a@rooms.example', AUTO, '<nick>Juliet</nick>')));
    await stream.idle();
    expect([asked(), stream.errors]).toEqual([['a@rooms.example/Jule'], []]);
  });
});
