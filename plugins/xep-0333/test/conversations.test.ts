import type { Message, Registration } from '@sestina/core';
import type { ScriptedStream } from '@sestina/testing';
import { MultiUserChat } from '@sestina/xep-0045';
import { MessageCarbons } from '@sestina/xep-0280';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, BALCONY, JULIET, MARKABLE, marker, OWN, ROOM, says, told, useMarkers } from './helpers.js';

const start = useMarkers();
const IN_ROOM = { from: `${ROOM}/juliet`, type: 'groupchat' };

/** As another device of ours has sent it. */
const carbon = (inside: string): string =>
  `<message from='${ACCOUNT}' to='${OWN}'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${inside.replace('<message ', "<message xmlns='jabber:client' ")}</forwarded></sent></message>`;
const CARBONS = { plugins: [[MessageCarbons, { auto: false }]] } as const;

async function passed(stream: ScriptedStream, time = 1_000): Promise<readonly (string | undefined)[]> {
  await stream.clock.advance(time);
  await stream.idle();
  return told(stream);
}

describe('what was shown', () => {
  it('is not told of what we have said ourselves, of errors and of headlines', async () => {
    const { stream, xmpp, markers } = await start({ send: 'everybody' }, CARBONS);
    const heard: Message[] = [];
    xmpp.onMessage((message) => void heard.push(message), { sources: ['stream', 'carbon'] });
    await stream.recv(carbon(says('m1', undefined, { from: `${ACCOUNT}/b`, to: JULIET })));
    await stream.recv(says('m2', undefined, { type: 'headline' }));
    for (const message of heard) markers.displayed(message);
    expect([heard.length, await passed(stream)]).toEqual([2, []]);
  });

  it('at one time is told by what was shown last', async () => {
    const { stream, markers, messages } = await start();
    await stream.recv(says('m1') + says('m2'));
    for (const message of messages) markers.displayed(message);
    expect(await passed(stream)).toEqual(['m2']);
  });

  it('is told at once where that is the option', async () => {
    const { stream, markers, messages } = await start({ delay: 0 });
    await stream.recv(says('m1'));
    markers.displayed(messages[0] as Message);
    expect(await passed(stream, 1)).toEqual(['m1']);
  });

  it('on another device is not told again, nor told of where it was told here', async () => {
    const { stream, markers, messages, elsewhere } = await start({}, CARBONS);
    for (const id of ['m1', 'm2', 'm3']) {
      await stream.clock.advance(1);
      await stream.recv(says(id));
    }
    const shown = (id: string) => carbon(says(`k${id}`, marker(id), { from: `${ACCOUNT}/b`, to: JULIET }));
    await stream.recv(shown('m2'));
    markers.displayed(messages[0] as Message);
    expect(await passed(stream)).toEqual([]);
    markers.displayed(messages[2] as Message);
    expect(await passed(stream)).toEqual(['m3']);
    await stream.recv(shown('m3'));
    expect(elsewhere.map(({ facts }) => facts.id)).toEqual(['m2']);
  });

  it('in rooms is told nobody where an option says so', async () => {
    for (const options of [{ rooms: 'never' }, { rooms: 'all', send: 'nobody' }] as const) {
      const { stream, xmpp, markers, messages } = await start(options);
      xmpp.claim(ROOM, { kind: 'room' });
      await stream.recv(says('g1', undefined, IN_ROOM));
      markers.displayed(messages[0] as Message);
      expect([await passed(stream), stream.errors]).toEqual([[], []]);
    }
  });

  it('is not told to a room that we have left', async () => {
    const { stream, xmpp, markers, messages } = await start({ rooms: 'all' });
    const claim: Registration = xmpp.claim(ROOM, { kind: 'room' });
    await stream.recv(says('g1', undefined, IN_ROOM));
    markers.displayed(messages[0] as Message);
    claim.dispose();
    expect([await passed(stream), stream.errors]).toEqual([[], []]);
  });
});

describe('a room', () => {
  const word = (codes = ''): string =>
    `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/>${codes}</x>`;
  const enter = async ({ stream, xmpp }: Awaited<ReturnType<typeof start>>) => {
    const joined = xmpp.plugin(MultiUserChat).join(ROOM, { nick: 'romeo' });
    await stream.nextSent();
    await stream.recv(`<presence from='${ROOM}/romeo' to='${OWN}'>${word("<status code='110'/>")}</presence>`);
    await stream.recv(`<message from='${ROOM}' to='${OWN}' type='groupchat'><subject/></message>`);
    return joined;
  };
  const leave = async ({ stream }: Awaited<ReturnType<typeof start>>): Promise<void> => {
    const codes = `<status code='110'/><status code='307'/>`;
    await stream.recv(`<presence type='unavailable' from='${ROOM}/romeo' to='${OWN}'>${word(codes)}</presence>`);
  };

  it('that was left is told nothing, and when it is entered again everything is new', async () => {
    const world = await start({ rooms: 'all' }, { plugins: [MultiUserChat] });
    const { stream, markers, messages } = world;
    await enter(world);
    await stream.recv(says('g1', undefined, IN_ROOM) + says('m1'));
    markers.displayed(messages[0] as Message);
    expect(await passed(stream)).toEqual(['g1']);
    for (const message of messages) markers.displayed(message);
    await leave(world);
    expect(await passed(stream)).toEqual(['g1', 'm1']);
    await enter(world);
    markers.displayed(messages[0] as Message);
    expect(await passed(stream)).toEqual(['g1', 'm1', 'g1']);
  });

  it.each([
    ['muc_membersonly', 'private', 0],
    ['muc_nonanonymous', 'private', 0],
    ['muc_membersonly muc_nonanonymous', 'private', 1],
    ['muc_membersonly muc_nonanonymous', 'never', 0],
  ] as const)('that is %s is told with %s: %i', async (features, rooms, count) => {
    const world = await start({ rooms }, { plugins: [MultiUserChat] });
    const { stream, xmpp, markers, messages } = world;
    await enter(world);
    const asked = xmpp.plugin(MultiUserChat).info(ROOM);
    const query =
      stream.sent.filter((xml) => xml.firstElement?.namespace.endsWith('disco#info')).at(-1) ??
      (await stream.nextSent());
    const list = features
      .split(' ')
      .map((name) => `<feature var='${name}'/>`)
      .join('');
    await stream.recvResult(query, `<query xmlns='http://jabber.org/protocol/disco#info'>${list}</query>`);
    await asked;
    await stream.recv(says('g1', undefined, IN_ROOM));
    markers.displayed(messages[0] as Message);
    expect(await passed(stream)).toHaveLength(count);
  });

  it('has markers of others, by what the room calls a message, whoever has said it', async () => {
    const { stream, xmpp, received, elsewhere } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    // As the room vouches for who it is (XEP-0421).
    xmpp.messages.describe((_message, context) => {
      Object.assign(context, { author: { ...context.author, occupantId: context.author.jid.resource } });
    });
    const called = (id: string): string => `<body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${id}'/>`;
    await stream.recv(says('g1', called('s1'), IN_ROOM));
    await stream.recv(says('k1', marker('s1'), { from: `${ROOM}/nurse`, type: 'groupchat' }));
    await stream.recv(says('k2', marker('s1'), { from: `${ROOM}/friar`, type: 'groupchat' }));
    expect(received.map(({ by, kind, peer, facts }) => [by.jid.resource, kind, peer.full, facts.id])).toEqual([
      ['nurse', 'displayed', ROOM, 'g1'],
      ['friar', 'displayed', ROOM, 'g1'],
    ]);
    expect(elsewhere).toEqual([]);
  });
});

describe('a marker', () => {
  it('is a signal, and no message, unless it says something as well', async () => {
    const { stream, xmpp } = await start();
    const classes: string[] = [];
    xmpp.onMessage((message) => void classes.push(message.context.class));
    for (const kind of ['displayed', 'received', 'acknowledged']) {
      await stream.recv(says('k1', marker('m1', kind)) + says('k2', `<body>x</body>${marker('m1', kind)}`));
    }
    expect(classes).toEqual(['signal', 'content', 'signal', 'content', 'signal', 'content']);
  });

  it('in a headline, without an id, and of the other side for its own words, is none', async () => {
    const { stream, xmpp, received } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'x', id: 'o1' });
    await stream.recv(
      says('m1') + says('k1', marker('o1'), { type: 'headline' }) + says('k2', marker('')) + says('k3', marker('m1')),
    );
    expect(received).toEqual([]);
    await stream.recv(says('k4', marker('o1')));
    expect(received).toHaveLength(1);
  });

  it('of another device for our own words, or that says they have arrived, tells nothing', async () => {
    const { stream, xmpp, elsewhere, received } = await start({}, CARBONS);
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'x', id: 'o1' });
    await stream.recv(says('m1'));
    for (const xml of [marker('o1'), marker('m1', 'received')]) {
      await stream.recv(carbon(says('k1', xml, { from: `${ACCOUNT}/b`, to: JULIET })));
    }
    expect([elsewhere, received]).toEqual([[], []]);
    await stream.recv(carbon(says('k2', marker('m1', 'acknowledged'), { from: `${ACCOUNT}/b`, to: JULIET })));
    expect(elsewhere).toHaveLength(1);
  });
});

it('what we say asks where it is said to somebody, in a chat or a single message', async () => {
  const { stream, xmpp } = await start();
  xmpp.claim(ROOM, { kind: 'room' });
  const asks: boolean[] = [];
  for (const [to, type] of [
    [JULIET, 'chat'],
    [JULIET, 'normal'],
    [JULIET, 'headline'],
    [ROOM, 'normal'],
  ] as const) {
    xmpp.sendMessage({ to, type, body: 'x' });
    asks.push(`${await stream.nextSent()}`.includes(MARKABLE));
  }
  expect(asks).toEqual([true, true, false, false]);
});

it('a component has positions at each of its addresses', async () => {
  const { stream, xmpp, markers, messages, received } = await start(
    { send: 'everybody' },
    { kind: 'component', jid: 'echo.example' },
  );
  const [nurse, friar] = ['nurse@echo.example', 'friar@echo.example'];
  await stream.recv(says('m1', undefined, { to: nurse }) + says('m1', undefined, { to: friar }));
  for (const message of messages) markers.displayed(message);
  expect(await passed(stream)).toEqual(['m1', 'm1']);
  for (const from of [nurse, friar]) {
    xmpp.sendMessage({ from, to: JULIET, type: 'chat', body: 'x', id: 'o1' });
    await stream.recv(says('k1', marker('o1'), { from: BALCONY, to: from }));
  }
  expect(received.map(({ kind }) => kind)).toEqual(['displayed', 'displayed']);
});
