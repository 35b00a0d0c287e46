import { JID, Message, Presence } from '@sestina/core';
import { parseXml, VirtualClock } from '@sestina/testing';
import { Form } from '@sestina/xep-0004';
import { DiscoInfo } from '@sestina/xep-0030';
import { describe, expect, it } from 'vitest';
import { conditionCodes } from '../src/codes.js';
import { departureOf, isFault } from '../src/departure.js';
import { historyFor } from '../src/history.js';
import { HistoryWindow, isSubject } from '../src/history-window.js';
import { Notices } from '../src/notices.js';
import { Pacer } from '../src/pacer.js';
import { configured } from '../src/room-config.js';
import { roomInfo } from '../src/room-info.js';

const ROOM = 'coven@chat.example';
const NS_USER = 'http://jabber.org/protocol/muc#user';
const word = (inside: string): string => `<x xmlns='${NS_USER}'>${inside}</x>`;
const codes = (...numbers: readonly number[]): string => numbers.map((code) => `<status code='${code}'/>`).join('');
const presence = (inside: string): Presence =>
  new Presence(parseXml(`<presence xmlns='jabber:client' from='${ROOM}/nick' type='unavailable'>${inside}</presence>`));
const message = (inside: string, type = 'groupchat'): Message =>
  new Message(parseXml(`<message xmlns='jabber:client' from='${ROOM}' type='${type}'>${inside}</message>`));

describe('why somebody has left', () => {
  it.each([
    [[301], 'banned'],
    [[307], 'kicked'],
    [[321], 'affiliation'],
    [[322], 'members-only'],
    [[332], 'shutdown'],
    [[333], 'technical'],
    // A fault counts, whatever else is said, and so does a ban.
    [[307, 333], 'technical'],
    [[301, 307], 'banned'],
    [[110], 'self'],
    [[], 'self'],
  ] as const)('%j is %s', (said, reason) => {
    const departure = departureOf(presence(word(codes(...said))), 'self');
    expect(departure.reason).toBe(reason);
    expect(isFault(departure)).toBe(['technical', 'shutdown', 'lost'].includes(reason));
  });

  it('is told with who did it, and in whose words', () => {
    const item = `<item><actor nick='boss' jid='boss@example'/><reason>enough</reason></item>`;
    const kicked = departureOf(presence(word(`${item}${codes(307)}`)), 'lost');
    expect([kicked.actor?.nick, kicked.actor?.jid?.full, kicked.text]).toEqual(['boss', 'boss@example', 'enough']);
    const gone = departureOf(presence('<status>bye</status>'), 'lost');
    expect(gone).toEqual({ reason: 'lost', actor: undefined, text: 'bye' });
    expect(isFault(gone)).toBe(true);
  });

  it('is that the room is no more, with where to go instead, where it says so', () => {
    const destroyed = (jid: string) =>
      presence(word(`<destroy${jid}><reason>over</reason><password>pw</password></destroy>${codes(307)}`));
    const there = departureOf(destroyed(" jid='heath@chat.example'"), 'self');
    expect([there.reason, there.text, there.alternative?.jid.full, there.alternative?.password]).toEqual([
      ...['destroyed', 'over', 'heath@chat.example', 'pw'],
    ]);
    expect(departureOf(destroyed(''), 'self').alternative).toBeUndefined();
  });
});

it.each([
  ['affiliation-changed', 101],
  ['banned', 301],
  ['configuration-changed', 104],
  ['fully-anonymous', 174],
  ['kicked', 307],
  ['logging-disabled', 171],
  ['logging-enabled', 170],
  ['new-nick', 303],
  ['nick-assigned', 210],
  ['non-anonymous', 172],
  ['realjid-public', 100],
  ['removed-affiliation', 321],
  ['removed-membership', 322],
  ['removed-shutdown', 332],
  ['room-created', 201],
  ['self-presence', 110],
  ['semi-anonymous', 173],
])('the condition %s stands for %i', (name, code) => {
  const status = (inside: string) => conditionCodes(parseXml(`<status xmlns='${NS_USER}'>${inside}</status>`));
  expect(status(`<${name} xmlns='urn:xmpp:muc:conditions:1'/>`)).toEqual([code]);
  expect(status(`<${name} xmlns='urn:other'/><constructor xmlns='urn:xmpp:muc:conditions:1'/>`)).toEqual([]);
});

describe('settings of a room', () => {
  const field = (name: string, type = 'text-single') => `<field var='${name}' type='${type}'/>`;
  const form = new Form(
    parseXml(
      `<x xmlns='jabber:x:data' type='form'>${field('muc#roomconfig_roomname')}${field('muc#roomconfig_whois')}${field('own')}${field('note', 'fixed')}<field type='fixed'/></x>`,
    ),
  );

  it('go by their names, and by those of the room', () => {
    const answer = configured(form, { name: 'Coven', own: 'o', description: undefined });
    expect(answer.field('muc#roomconfig_roomname')?.value).toBe('Coven');
    expect(answer.field('own')?.value).toBe('o');
  });

  it.each(['description', 'other', 'note', 'constructor'])('%s is none that this room has', (name) => {
    expect(() => configured(form, { [name]: 'x' })).toThrow(
      expect.objectContaining({
        option: name,
        message: expect.stringContaining('muc#roomconfig_roomname, muc#roomconfig_whois, own'),
      }),
    );
  });
});

it('what a room says of itself is read, and nothing is made up', () => {
  const features = ['passwordprotected', 'membersonly', 'moderated', 'nonanonymous', 'persistent', 'hidden'];
  const value = (name: string, text: string) => `<field var='muc#roominfo_${name}'><value>${text}</value></field>`;
  const info = (inside: string) =>
    new DiscoInfo(parseXml(`<query xmlns='http://jabber.org/protocol/disco#info'>${inside}</query>`));
  const typed = (inside: string) =>
    `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/muc#roominfo</value></field>${inside}</x>`;
  const all = roomInfo(
    info(
      `<identity category='conference' type='text' name='Coven'/>${features.map((each) => `<feature var='muc_${each}'/>`).join('')}<feature var='http://jabber.org/protocol/muc#stable_id'/>${typed(
        value('description', 'd') + value('lang', 'en') + value('subject', 's') + value('occupants', '45'),
      )}`,
    ),
  );
  expect(all).toMatchObject({
    ...{ name: 'Coven', description: 'd', language: 'en', subject: 's', occupants: 45, passwordProtected: true },
    ...{ membersOnly: true, moderated: true, nonAnonymous: true, persistent: true, hidden: true, stableIds: true },
  });
  for (const one of features) {
    const { passwordProtected, membersOnly, moderated, nonAnonymous, persistent, hidden } = roomInfo(
      info(`<feature var='muc_${one}'/>`),
    );
    const said = [passwordProtected, membersOnly, moderated, nonAnonymous, persistent, hidden];
    expect(said).toEqual(features.map((each) => each === one));
  }
  const none = roomInfo(info(typed(value('description', '') + value('occupants', 'many'))));
  expect(none).toMatchObject({ name: undefined, description: undefined, occupants: undefined, stableIds: false });
});

describe('what is asked for of what was said before', () => {
  it('is nothing, so many, or what was said since', () => {
    const asked = (...args: Parameters<typeof historyFor>) => {
      const { maxChars, maxStanzas, seconds, since } = historyFor(...args);
      return { maxChars, maxStanzas, seconds, since: since?.getTime() };
    };
    const nothing = { maxChars: 0, maxStanzas: 0, seconds: undefined, since: undefined };
    expect([asked(false, 20, 5_000), asked(undefined, 0, undefined)]).toEqual([nothing, nothing]);
    expect(asked(undefined, 20, undefined)).toMatchObject({ maxStanzas: 20, since: undefined });
    expect(asked({ seconds: 60 }, 0, undefined)).toMatchObject({ seconds: 60, maxStanzas: undefined });
    expect(asked({ seconds: 60, maxStanzas: 3 }, 20, 5_000)).toMatchObject({
      ...{ seconds: undefined, maxStanzas: 3, since: 5_000 },
    });
  });

  it('is told apart from what is said now by its note, until the first that has none behind the subject', () => {
    const delay = (from?: string) =>
      `<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'${from ? ` from='${from}'` : ''}/>`;
    const window = new HistoryWindow(JID.parse(ROOM));
    const old = message(`<body>a</body>${delay(ROOM)}`);
    expect(window.has(old)).toBe(false);
    window.open();
    const seen = [
      old,
      message(`<body>b</body>${delay(`${ROOM}/nick`)}`),
      message(`<body>c</body>${delay()}`),
      // Of somebody's own server, and of another room.
      message(`<body>d</body>${delay('other@chat.example')}`),
      message(`<body>e</body>${delay('other@chat.example')}${delay(ROOM)}`),
      message(`<subject>s</subject>${delay(ROOM)}`),
      message(`<body>f</body>${delay(ROOM)}`),
      message('<body>g</body>'),
      message(`<body>h</body>${delay(ROOM)}`),
    ].map((each) => window.has(each));
    expect(seen).toEqual([true, true, true, false, true, true, true, false, false]);
    window.open();
    expect(window.has(old)).toBe(true);
  });

  it('ends with a subject, which is nothing but that', () => {
    expect(
      [
        '<subject/>',
        '<subject>s</subject>',
        '<subject>s</subject><body>b</body>',
        '<subject/><thread>t</thread>',
        '',
      ].map((inside) => isSubject(message(inside))),
    ).toEqual([true, true, false, false, false]);
    expect(isSubject(message('<subject>s</subject>', 'chat'))).toBe(false);
  });
});

describe('a pace', () => {
  it('lets so many begin in any second, in their order', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock, 2);
    const begun: number[] = [];
    const { signal } = new AbortController();
    for (let i = 0; i < 5; i++) void pacer.turn(signal).then(() => begun.push(clock.monotonic()));
    await clock.advance(5_000);
    expect(begun).toEqual([0, 0, 1_000, 1_000, 2_000]);
    await pacer.turn(signal);
    expect(clock.monotonic()).toBe(5_000);
  });

  it('of less than one in a second is one in that time; who gives up begins nothing', async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock, 0.5);
    const begun: number[] = [];
    const controller = new AbortController();
    const { signal } = controller;
    void pacer.turn(signal).then(() => begun.push(clock.monotonic()));
    const second = pacer.turn(signal).then(() => begun.push(clock.monotonic()));
    await clock.advance(1_999);
    expect(begun).toEqual([0]);
    await clock.advance(1);
    await second;
    expect(begun).toEqual([0, 2_000]);
    const third = expect(pacer.turn(signal)).rejects.toThrow('enough');
    controller.abort(new Error('enough'));
    await third;
    await expect(pacer.turn(signal)).rejects.toThrow('enough');
  });
});

describe('what a room says itself', () => {
  function noticing(moderates = false) {
    const told: unknown[] = [];
    const emitter = { emit: (name: string, data: object) => told.push([name, data]) } as never;
    const notices = new Notices({
      emitter,
      moderates: () => moderates,
      configChanged: () => void told.push('changed'),
    });
    return { notices, told };
  }

  it('warns of who sees what is said, as we enter and later', () => {
    const { notices, told } = noticing();
    notices.entered(new Set([110]));
    expect([told, notices.nonAnonymous]).toEqual([[], false]);
    notices.entered(new Set([100]));
    expect(notices.nonAnonymous).toBe(true);
    notices.entered(new Set([170]));
    expect(told).toEqual([
      ['privacyWarning', { logged: false, nonAnonymous: true }],
      ['privacyWarning', { logged: true, nonAnonymous: false }],
    ]);
  });

  it.each([
    [104, false, undefined],
    [170, false, { logged: true, nonAnonymous: false }],
    [171, false, undefined],
    [172, true, { logged: false, nonAnonymous: true }],
    [173, false, undefined],
    [174, false, undefined],
  ] as const)('changes with the code %i', (code, nonAnonymous, warning) => {
    const { notices, told } = noticing();
    notices.nonAnonymous = code === 173 || code === 174;
    notices.take(message(word(codes(code))));
    expect(told).toEqual([
      ['configChanged', { codes: new Set([code]) }],
      ...(warning ? [['privacyWarning', warning]] : []),
      'changed',
    ]);
    expect(notices.nonAnonymous).toBe(nonAnonymous);
  });

  it('changes by no other code', () => {
    const { notices, told } = noticing();
    notices.take(message(word(codes(110, 301, 201))));
    notices.take(message('<body>hello</body>'));
    expect(told).toEqual([]);
  });

  it('is who has which affiliation without being there, where both are said', () => {
    const { notices, told } = noticing();
    notices.take(
      message(
        word("<item jid='a@b' affiliation='member' nick='n'/><item affiliation='owner'/><item jid='c@d'/>"),
        'normal',
      ),
    );
    expect(told).toEqual([['affiliationChanged', { jid: expect.anything(), affiliation: 'member', nick: 'n' }]]);
  });
});
