import { ConfigError, declarePlacement, type Message, PluginError, XmlElement } from '@sestina/core';
import { ScriptedStream, type ScriptedStreamOptions, useStreams } from '@sestina/testing';
import { NS_DISCO_INFO } from '@sestina/xep-0030';
import { afterEach, describe, expect, it } from 'vitest';
import {
  NS_SID,
  OriginId,
  type Purpose,
  ReferencedStanza,
  StanzaId,
  StanzaIds,
  type StanzaIdsOptions,
} from '../src/index.js';

const ACCOUNT = 'alice@example.org';
const OWN = `${ACCOUNT}/phone`;
const BOB = 'bob@example.net/x';
const ROOM = 'room@muc.example.org';
const streams = useStreams(afterEach);

interface Given {
  /** What the account announces; undefined: it is not asked yet. */
  readonly features?: readonly string[] | undefined;
  readonly options?: Partial<StanzaIdsOptions>;
  readonly more?: ScriptedStreamOptions;
}

async function start({ features = [NS_SID], options = {}, more = {} }: Given = {}) {
  const stream = await ScriptedStream.start({ jid: OWN, plugins: [[StanzaIds, options]], ...more });
  streams.keep(stream);
  const heard: Message[] = [];
  stream.xmpp.onMessage((message) => heard.push(message), { sources: ['stream', 'archive'] });
  const tell = async (found: readonly string[]): Promise<void> => {
    const asked = stream.sent.filter((iq) => iq.firstElement?.namespace === NS_DISCO_INFO).at(-1);
    const inside = found.map((feature) => `<feature var='${feature}'/>`).join('');
    if (asked) await stream.recvResult(asked, `<query xmlns='${NS_DISCO_INFO}'>${inside}</query>`);
  };
  if (features.length > 0 || more.kind !== 'component') await tell(features);
  stream.skipSent();
  return { stream, xmpp: stream.xmpp, ids: stream.xmpp.plugin(StanzaIds), heard, tell };
}

const sid = (by: string, id: string): string => `<stanza-id xmlns='${NS_SID}' by='${by}' id='${id}'/>`;
const message = (inside: string, from = BOB, type = 'chat'): string =>
  `<message from='${from}' to='${OWN}' type='${type}' id='m1'><body>b</body>${inside}</message>`;

describe('what our archive calls a message', () => {
  it('is what it says, in whichever letters', async () => {
    const { stream, ids, heard } = await start();
    await stream.recv(message(sid('ALICE@example.org', '28482-98726-73623')));
    const [said] = heard as [Message];
    expect(ids.archiveId(said)).toBe('28482-98726-73623');
    expect([said.context.archive?.full, said.context.archiveId]).toEqual([ACCOUNT, '28482-98726-73623']);
    expect([...said.stanzaIds].map(({ id, by }) => [id, by?.full])).toEqual([['28482-98726-73623', ACCOUNT]]);
  });

  it.each([
    ['by somebody else', sid('mallory@evil.example', '1')],
    ['by our own device', sid(OWN, '1')],
    ['by our server', sid('example.org', '1')],
    ['by a room', sid(ROOM, '1')],
    ['by nobody', `<stanza-id xmlns='${NS_SID}' id='1'/>`],
    ['by what is no address', sid('@@', '1')],
    ['twice', sid(ACCOUNT, '1') + sid(ACCOUNT, '2')],
    ['without an id', `<stanza-id xmlns='${NS_SID}' by='${ACCOUNT}'/>`],
    ['empty', sid(ACCOUNT, '')],
    ['further inside', `<x xmlns='urn:x'>${sid(ACCOUNT, '1')}</x>`],
  ])('is not known where it is said %s', async (_how, inside) => {
    const { stream, ids, heard } = await start();
    await stream.recv(message(inside));
    expect([ids.archiveId(heard[0] as Message), heard[0]?.context.archiveId]).toEqual([undefined, undefined]);
  });

  it('is what it says beside what others say', async () => {
    const { stream, ids, heard } = await start();
    await stream.recv(message(sid('mallory@evil.example', '2') + sid(ACCOUNT, '1')));
    expect(ids.archiveId(heard[0] as Message)).toBe('1');
  });

  it('counts only where the account announces that, or an archive', async () => {
    for (const [features, found] of [
      [['urn:x'], undefined],
      [['urn:xmpp:mam:2'], '1'],
      [[NS_SID], '1'],
    ] as const) {
      const { stream, ids, heard } = await start({ features });
      await stream.recv(message(sid(ACCOUNT, '1')));
      expect(ids.archiveId(heard[0] as Message)).toBe(found);
    }
    const { stream, ids, heard } = await start({ features: ['urn:x'], options: { requireAnnounced: false } });
    await stream.recv(message(sid(ACCOUNT, '1')));
    expect(ids.archiveId(heard[0] as Message)).toBe('1');
  });

  it('is not known before that is, and can be waited for', async () => {
    const stream = await ScriptedStream.start({ jid: OWN, plugins: [StanzaIds] });
    streams.keep(stream);
    const ids = stream.xmpp.plugin(StanzaIds);
    const heard: Message[] = [];
    stream.xmpp.onMessage((said) => heard.push(said));
    await stream.recv(message(sid(ACCOUNT, '1')));
    expect(ids.archiveId(heard[0] as Message)).toBeUndefined();
    const ready = ids.ready();
    await stream.recvResult(
      await stream.nextSent(),
      `<query xmlns='${NS_DISCO_INFO}'><feature var='${NS_SID}'/></query>`,
    );
    expect([await ready, await ids.ready(ACCOUNT)]).toEqual([true, true]);
    expect(ids.archiveId(heard[0] as Message)).toBe('1');
    await stream.expectNothingSent();
  });

  it('is what the archive has given it with, where it comes from there', async () => {
    const { stream, xmpp, ids, heard } = await start();
    const old = xmpp.message({ from: BOB, to: OWN, body: 'b' });
    await xmpp.messages.deliver(old, { source: 'archive', archive: xmpp.account, archiveId: 'a7' });
    expect(ids.archiveId(heard[0] as Message)).toBe('a7');
    expect(stream.errors).toEqual([]);
  });

  it('is what it says itself where the way on which it came names an archive without an id, or an id without an archive', async () => {
    const { xmpp, ids, heard } = await start();
    for (const known of [{ archive: xmpp.account }, { archiveId: 'a7' }]) {
      const old = xmpp.message({ from: BOB, to: OWN, body: 'b' });
      old.stanzaIds.add(new StanzaId({ id: '1', by: xmpp.account }));
      await xmpp.messages.deliver(old, { source: 'archive', ...known });
    }
    expect(heard.map((said) => [ids.archiveId(said), said.context.archive?.full])).toEqual([
      ['1', ACCOUNT],
      ['1', undefined],
    ]);
  });

  it('is asked for again in the next session, and not believed before', async () => {
    const { stream, ids, heard, tell } = await start();
    await stream.drop();
    await stream.connect();
    await stream.recv(message(sid(ACCOUNT, '1')));
    expect(ids.archiveId(heard[0] as Message)).toBeUndefined();
    await tell([NS_SID]);
    expect(ids.archiveId(heard[0] as Message)).toBe('1');
  });

  it('is known still, whatever somebody says about a room in the name of the account', async () => {
    const { stream, ids, heard } = await start();
    const changed = `<x xmlns='http://jabber.org/protocol/muc#user'><status code='104'/></x>`;
    await stream.recv(message(changed, ACCOUNT) + message(sid(ACCOUNT, '1')));
    expect(ids.archiveId(heard[1] as Message)).toBe('1');
  });
});

describe('what a room calls a message', () => {
  it('counts where the room announces that; a joined one is asked once, for what comes then', async () => {
    const { stream, xmpp, ids, heard, tell } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const said = message(sid(ROOM, 'r1') + sid(ACCOUNT, 'a1'), `${ROOM}/nick`, 'groupchat');
    await stream.recv(said);
    await stream.recv(said);
    const [asked, ...more] = stream.sent.filter((iq) => iq.attribute('to') === ROOM);
    expect([asked?.firstElement?.namespace, more]).toEqual([NS_DISCO_INFO, []]);
    expect(heard.map(({ context }) => context.archiveId)).toEqual([undefined, undefined]);
    await tell([NS_SID]);
    await stream.recv(said);
    const { archive, archiveId } = heard[2]?.context ?? {};
    expect([archive?.full, archiveId, ids.archiveId(heard[0] as Message)]).toEqual([ROOM, 'r1', 'r1']);
  });

  it('does not count where it does not, nor in a chat; strangers are not asked', async () => {
    const { stream, xmpp, ids, heard, tell } = await start();
    await stream.recv(message(sid('other@muc.example.org', 'r1'), 'other@muc.example.org/nick', 'groupchat'));
    await stream.expectNothingSent();
    xmpp.claim(ROOM, { kind: 'room' });
    await stream.recv(message(sid(ROOM, 'r1'), `${ROOM}/nick`, 'groupchat'));
    await tell(['urn:xmpp:mam:2']);
    await stream.recv(message(sid(ROOM, 'r1'), `${ROOM}/nick`, 'groupchat'));
    await stream.recv(message(sid(ROOM, 'r1') + sid(ACCOUNT, 'a1'), `${ROOM}/nick`));
    expect(heard.map((said) => ids.archiveId(said))).toEqual([undefined, undefined, undefined, 'a1']);
  });

  it('is asked for again once the room says that it is not what it was', async () => {
    const { stream, xmpp, ids, heard, tell } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const said = message(sid(ROOM, 'r1'), `${ROOM}/bob`, 'groupchat');
    const changed = `<x xmlns='http://jabber.org/protocol/muc#user'><status code='104'/></x>`;
    await stream.recv(said);
    await tell([]);
    await stream.recv(said);
    // An occupant cannot say so, and other words of the room do not.
    await stream.recv(message(changed, `${ROOM}/bob`, 'groupchat') + said);
    await stream.recv(message(changed, ROOM) + said);
    await stream.recv(
      message('', ROOM, 'groupchat') + message(changed.replace('104', '103'), ROOM, 'groupchat') + said,
    );
    expect(stream.sent.filter((iq) => iq.attribute('to') === ROOM)).toHaveLength(1);
    const several = changed.replace('<status', "<status code='170'/><status");
    await stream.recv(message(several, ROOM, 'groupchat') + said);
    await tell([NS_SID]);
    await stream.recv(said);
    expect(heard.map((each) => ids.archiveId(each)).at(-1)).toBe('r1');
  });

  it('is nobody’s word where nobody says it', async () => {
    const { stream, ids, heard } = await start();
    await stream.recv(`<message type='groupchat' id='m1'><body>b</body>${sid(ACCOUNT, '1')}</message>`);
    expect([heard.map((said) => ids.archiveId(said)), stream.errors]).toEqual([[undefined], []]);
  });

  it('is known of the last thousand rooms', async () => {
    const { stream, ids } = await start();
    for (let i = 0; i <= 1_000; i += 77) {
      const rooms = Array.from({ length: 77 }, (_, at) => `room${i + at}@muc.example.org`);
      const ready = Promise.all(rooms.map((room) => ids.ready(room)));
      await stream.idle();
      const answers = stream.sent.slice(-rooms.length).map((asked) => {
        const [id, from] = [asked.attribute('id'), asked.attribute('to')];
        return `<iq type='result' id='${id}' from='${from}'><query xmlns='${NS_DISCO_INFO}'/></iq>`;
      });
      await stream.recv(answers.join(''));
      await ready;
    }
    stream.skipSent();
    expect(await ids.ready('room1@muc.example.org')).toBe(false);
    await stream.expectNothingSent();
    void ids.ready('room0@muc.example.org').catch(() => undefined);
    expect((await stream.nextSent()).attribute('to')).toBe('room0@muc.example.org');
  });

  it('is asked for again where the question failed', async () => {
    const { stream, xmpp } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const said = message(sid(ROOM, 'r1'), `${ROOM}/nick`, 'groupchat');
    await stream.recv(said);
    await stream.recvError(await stream.nextSent(), 'remote-server-timeout');
    await stream.recv(said);
    expect((await stream.nextSent()).attribute('to')).toBe(ROOM);
    expect(stream.errors).toEqual([]);
  });
});

describe('what we send', () => {
  it('says what we call it, which is its id, whenever it is sent', async () => {
    const { stream, xmpp } = await start();
    const said = xmpp.message({ to: BOB, type: 'chat', body: 'b' });
    for (let i = 0; i < 2; i++) {
      said.send();
      const sent = await stream.nextSent();
      expect(sent.childrenNamed('origin-id', NS_SID).map((xml) => xml.attribute('id'))).toEqual([said.id]);
    }
  });

  it.each([
    ['groupchat', 'groupchat', true],
    ['groupchat', 'chat', false],
    ['never', 'groupchat', false],
  ] as const)('with the option %s in a %s: %s', async (originId, type, there) => {
    const { stream, xmpp } = await start({ options: { originId } });
    xmpp.sendMessage({ to: ROOM, type, body: 'b' });
    expect((await stream.nextSent()).child('origin-id', NS_SID) !== undefined).toBe(there);
  });

  it('says so beside what is encrypted: servers read and write it', () => {
    for (const cls of [StanzaId, OriginId]) {
      expect(() => declarePlacement(cls, 'inside')).toThrow('was declared to stand outside');
    }
  });

  it('never says what archives call something: not in a copy, a correction or a forward', async () => {
    const { stream, xmpp, heard } = await start();
    await stream.recv(message(sid(ACCOUNT, 'secret') + `<origin-id xmlns='${NS_SID}' id='m1'/>`));
    const received = heard[0] as Message;
    const seen: unknown[] = [];
    // What encrypts comes behind.
    xmpp.messages.transform('out', (said) => {
      seen.push(said.stanzaIds.length);
      return said;
    });
    const copy = received.copy();
    copy.set({ to: 'carol@example.net', from: undefined, id: 'new' });
    copy.send();
    const sent = await stream.nextSent();
    expect(sent.toString()).not.toContain('secret');
    expect(sent.childrenNamed('origin-id', NS_SID).map((xml) => xml.attribute('id'))).toEqual(['new']);
    const forward = xmpp.message({ to: 'carol@example.net', body: 'look' });
    forward.xml.append(new XmlElement('forwarded', 'urn:xmpp:forward:0').append(received.xml.copy()));
    forward.referencedStanza = new ReferencedStanza({ id: 'x' });
    forward.send();
    const outer = await stream.nextSent();
    expect([outer.toString().includes('secret'), outer.child('referenced-stanza', NS_SID)?.attribute('id')]).toEqual([
      false,
      'x',
    ]);
    expect([seen, received.stanzaIds.length]).toEqual([[0, 0], 1]);
  });
});

describe('how to refer to a message', () => {
  const purposes: readonly Purpose[] = [
    'receipt',
    'correction',
    'marker',
    'retraction',
    'moderation',
    'reaction',
    'reply',
    'sync',
  ];

  it('is different for each purpose', async () => {
    const { stream, xmpp, ids, heard, tell } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const origin = `<origin-id xmlns='${NS_SID}' id='o1'/>`;
    const asked = ids.ready(ROOM);
    await stream.idle();
    await tell([NS_SID]);
    await asked;
    await stream.recv(message(origin + sid(ACCOUNT, 'a1')));
    await stream.recv(message(''));
    await stream.recv(message(origin + sid(ROOM, 'r1'), `${ROOM}/nick`, 'groupchat'));
    await stream.recv(message(origin, `${ROOM}/nick`, 'groupchat'));
    const table = purposes.map((purpose) => [
      purpose,
      ...heard.map((said) => {
        const found = ids.refer(said, purpose);
        return found && `${found.kind} ${found.id}`;
      }),
    ]);
    expect(table).toEqual([
      ['receipt', 'message m1', 'message m1', 'message m1', 'message m1'],
      ['correction', 'message m1', 'message m1', 'message m1', 'message m1'],
      ['marker', 'message m1', 'message m1', 'stanza r1', 'message m1'],
      ['retraction', 'message m1', 'message m1', 'stanza r1', 'origin o1'],
      ['moderation', undefined, undefined, 'stanza r1', undefined],
      ['reaction', 'origin o1', 'message m1', 'stanza r1', undefined],
      ['reply', 'origin o1', 'message m1', 'stanza r1', undefined],
      ['sync', 'stanza a1', undefined, 'stanza r1', undefined],
    ]);
  });
});

describe('the plugin', () => {
  it('leaves nothing behind, and refuses what is no option', async () => {
    const { stream, xmpp, ids, heard } = await start();
    xmpp.remove(StanzaIds);
    await expect(ids.ready('other@example.org')).rejects.toBeInstanceOf(PluginError);
    await stream.recv(message(sid(ACCOUNT, '1')));
    expect(heard[0]?.context.archiveId).toBeUndefined();
    xmpp.sendMessage({ to: BOB, body: 'b' });
    expect((await stream.nextSent()).child('origin-id', NS_SID)).toBeUndefined();
    expect(() => xmpp.use(StanzaIds, { originId: 'sometimes' as never })).toThrow(ConfigError);
  });

  it('on a component asks nobody by itself, and believes no id of a chat', async () => {
    const { stream, ids, heard } = await start({ features: [], more: { kind: 'component', jid: 'bot.example.org' } });
    expect(stream.sent).toEqual([]);
    await stream.recv(
      `<message from='${BOB}' to='me@bot.example.org'><body>b</body>${sid('me@bot.example.org', '1')}</message>`,
    );
    expect(ids.archiveId(heard[0] as Message)).toBeUndefined();
  });

  it('that cannot ask is told so by nobody but who waits', async () => {
    const stream = await ScriptedStream.start({ jid: OWN, plugins: [StanzaIds] });
    streams.keep(stream);
    await stream.recvError(await stream.nextSent(), 'service-unavailable');
    expect(await stream.xmpp.plugin(StanzaIds).ready()).toBe(false);
    expect(stream.errors).toEqual([]);
  });
});
