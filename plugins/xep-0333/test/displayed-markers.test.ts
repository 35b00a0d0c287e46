import { JID, type Message } from '@sestina/core';
import { MultiUserChat } from '@sestina/xep-0045';
import { MessageCarbons } from '@sestina/xep-0280';
import { describe, expect, it } from 'vitest';
import { DisplayedMarkers, NS_MARKERS } from '../src/index.js';
import { ACCOUNT, JULIET, MARKABLE, marker, OWN, ROOM, STORE, says, useMarkers } from './helpers.js';

const start = useMarkers();

describe('telling what was shown', () => {
  it('is one marker for all that was shown, and never for less than before', async () => {
    const { stream, markers, messages } = await start();
    for (let i = 0; i < 20; i++) {
      await stream.clock.advance(1);
      await stream.recv(says(`m${i}`));
    }
    for (const message of [...messages.slice(10), ...messages.slice(0, 10)]) markers.displayed(message);
    await stream.clock.advance(1_000);
    await stream.expectSent(`<message id='*' to='${JULIET}' type='chat'>${marker('m19')}${STORE}</message>`);
    markers.displayed(messages[3] as Message);
    await stream.clock.advance(5_000);
    await stream.idle();
    expect(stream.sent.filter((xml) => xml.child('displayed', NS_MARKERS))).toHaveLength(1);
  });

  it('is done for all, also where somebody asks for it and gives no id to tell it by', async () => {
    const { stream, xmpp, markers, messages } = await start();
    const mercutio = 'mercutio@verona.example';
    xmpp.roster.of().apply([JULIET, mercutio].map((jid) => ({ jid: JID.parse(jid), subscription: 'both' })));
    await stream.recv(says('m1').replace(` id='m1'`, '') + says('m2', undefined, { from: `${mercutio}/x` }));
    for (const message of messages) markers.displayed(message);
    await stream.clock.advance(1_000);
    await stream.expectSent(`<message id='*' to='${mercutio}' type='chat'>${marker('m2')}${STORE}</message>`);
    expect(stream.errors).toMatchObject([{ where: 'sending a marker' }]);
  });

  it.each([
    ['to strangers', says('m1', undefined, { from: 'eve@evil.example/x' })],
    ['of what did not ask', says('m1', '<body>x</body>')],
    ['of a marker', says('m1', `${marker('x')}${MARKABLE}`)],
    ['in a room that anybody may enter', says('m1', undefined, { from: `${ROOM}/juliet`, type: 'groupchat' })],
  ])('is not done %s', async (_what, xml) => {
    const { stream, xmpp, markers } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const heard: Message[] = [];
    xmpp.onMessage((message) => heard.push(message));
    await stream.recv(xml);
    for (const message of heard) markers.displayed(message);
    await stream.clock.advance(5_000);
    await stream.idle();
    expect(heard).toHaveLength(1);
    expect(stream.sent.filter((sent) => sent.child('displayed', NS_MARKERS))).toEqual([]);
  });

  it('in a room says what the room calls the message, to the room', async () => {
    const { stream, xmpp, markers, messages } = await start({ rooms: 'all' });
    xmpp.claim(ROOM, { kind: 'room' });
    const room = { from: `${ROOM}/juliet`, type: 'groupchat' };
    for (const [id, inside, called] of [
      ['g1', `<body>a</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/>`, 's1'],
      ['g2', '<body>b</body>', 'g2'],
    ] as const) {
      await stream.clock.advance(1);
      await stream.recv(says(id, inside, room));
      markers.displayed(messages.at(-1) as Message);
      await stream.clock.advance(1_000);
      await stream.expectSent(`<message id='*' to='${ROOM}' type='groupchat'>${marker(called)}${STORE}</message>`);
    }
  });

  it('in rooms is for those where everybody is known, by itself', async () => {
    const { stream, xmpp, markers, messages } = await start({}, { plugins: [MultiUserChat] });
    const word = (codes = ''): string =>
      `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;
    const muc = xmpp.plugin(MultiUserChat);
    const joined = muc.join(ROOM, { nick: 'romeo' });
    await stream.nextSent();
    await stream.recv(`<presence from='${ROOM}/romeo' to='${OWN}'>${word("<status code='110'/>")}</presence>`);
    await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
    const room = await joined;
    const sent = async (id: string): Promise<number> => {
      await stream.clock.advance(1);
      await stream.recv(says(id, undefined, { from: `${ROOM}/juliet`, type: 'groupchat' }));
      markers.displayed(messages.at(-1) as Message);
      await stream.clock.advance(1_000);
      await stream.idle();
      return stream.sent.filter((xml) => xml.child('displayed', NS_MARKERS)).length;
    };
    expect([await sent('g1'), stream.errors]).toEqual([0, []]);
    const asked = muc.info(ROOM);
    const features = ['muc_membersonly', 'muc_nonanonymous'].map((name) => `<feature var='${name}'/>`).join('');
    const query =
      stream.sent.filter((xml) => xml.firstElement?.namespace.endsWith('disco#info')).at(-1) ??
      (await stream.nextSent());
    await stream.recvResult(query, `<query xmlns='http://jabber.org/protocol/disco#info'>${features}</query>`);
    await asked;
    expect(room.info?.membersOnly).toBe(true);
    expect(await sent('g2')).toBe(1);
  });

  it('is not done any more once the plugin is removed', async () => {
    const { stream, xmpp, markers, messages } = await start();
    await stream.recv(says('m1'));
    markers.displayed(messages[0] as Message);
    xmpp.remove(DisplayedMarkers);
    await stream.clock.advance(5_000);
    await stream.idle();
    expect(stream.sent.filter((xml) => xml.child('displayed', NS_MARKERS))).toEqual([]);
    expect(() => markers.displayed(messages[0] as Message)).toThrow(/removed/);
  });

  it('is asked for by what we say in chats, unless that is switched off', async () => {
    for (const request of [true, false]) {
      const { stream, xmpp } = await start({ request });
      xmpp.claim(ROOM, { kind: 'room' });
      for (const init of [
        { to: JULIET, type: 'chat', body: 'x' },
        { to: ROOM, type: 'groupchat', body: 'x' },
        { to: JULIET, type: 'chat', chatMarker: { kind: 'displayed', id: 'm' } },
      ] as const) {
        xmpp.sendMessage(init);
        const asks = (await stream.nextSent()).child('markable', NS_MARKERS) !== undefined;
        expect(asks).toBe(request && init.to === JULIET && 'body' in init);
      }
    }
  });
});

describe('a marker', () => {
  it('of the other side is for what we have said, and only forward', async () => {
    const { stream, xmpp, received, messages } = await start();
    for (const id of ['o1', 'o2', 'o3']) {
      await stream.clock.advance(1_000);
      xmpp.sendMessage({ to: JULIET, type: 'chat', body: id, id });
    }
    await stream.recv(says('k1', marker('o2')) + says('k2', marker('o1')) + says('k3', marker('o2')));
    await stream.recv(says('k4', marker('o3', 'received')) + says('k5', marker('o3', 'acknowledged')));
    expect(received.map(({ kind, facts, by }) => [kind, facts.id, by.jid.full])).toEqual([
      ['displayed', 'o2', JULIET],
      ['received', 'o3', JULIET],
      ['displayed', 'o3', JULIET],
    ]);
    expect(messages).toEqual([]);
  });

  it('of somebody else, of an error and of an invented message is none', async () => {
    const { stream, xmpp, received } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'x', id: 'o1' });
    await stream.recv(says('m1') + says('k1', marker('o1'), { from: 'eve@evil.example/x' }));
    await stream.recv(
      says('k2', marker('o1'), { type: 'error' }) + says('k3', marker('o9')) + says('k4', marker('m1')),
    );
    expect(received).toEqual([]);
    // Once it is known, the one that was waiting counts.
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'x', id: 'o9' });
    await stream.idle();
    expect(received.map(({ facts }) => facts.id)).toEqual(['o9']);
  });

  it('of another device of ours says what was shown there', async () => {
    const { stream, elsewhere, received } = await start({}, { plugins: [[MessageCarbons, { auto: false }]] });
    await stream.recv(says('m1'));
    const inside = says('k1', marker('m1'), { from: `${ACCOUNT}/b`, to: JULIET });
    const carbon =
      `<message from='${ACCOUNT}' to='${OWN}'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>` +
      `${inside.replace('<message ', "<message xmlns='jabber:client' ")}</forwarded></sent></message>`;
    await stream.recv(carbon + carbon);
    expect(elsewhere.map(({ facts, peer, source }) => [facts.id, peer.full, source])).toEqual([
      ['m1', JULIET, 'carbon'],
    ]);
    expect(received).toEqual([]);
  });

  it('in a room is nobody’s where only the nick is known', async () => {
    const { stream, xmpp, received } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    const from = (nick: string) => ({ from: `${ROOM}/${nick}`, type: 'groupchat' });
    await stream.recv(says('g1', undefined, from('juliet')) + says('k1', marker('g1'), from('nurse')));
    expect(received).toEqual([]);
  });
});
