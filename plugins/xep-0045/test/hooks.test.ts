import { JID, Message } from '@sestina/core';
import { parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import '@sestina/xep-0004';
import { isMarked } from '../src/mark.js';
import type { Room } from '../src/room.js';
import { RoomHooks } from '../src/room-hooks.js';
import { requestIn } from '../src/room-requests.js';

const COVEN = JID.parse('coven@chat.example');
const room = { jid: COVEN } as Room;

function hooks() {
  const said: string[] = [];
  const xmpp = {
    reportError: (error: Error, where: string) => void said.push(`${error.message}: ${where}`),
    logger: { debug: (line: string, { error }: { error: Error }) => void said.push(`${error.message}: ${line}`) },
  };
  return { hooks: new RoomHooks(xmpp as never), said };
}

describe('what other plugins say of rooms', () => {
  it('is found out before a room is entered, by all of them, though one fails', async () => {
    const { hooks: all, said } = hooks();
    const asked: string[] = [];
    const controller = new AbortController();
    const first = all.addPreparation(async ({ jid }, signal) => {
      asked.push(`${jid} ${signal === controller.signal}`);
    });
    all.addPreparation(() => Promise.reject(new Error('no')));
    await all.prepare(room, controller.signal);
    expect(asked).toEqual([`${COVEN} true`]);
    expect(said).toEqual([`no: ${COVEN}: not all is known of it`]);
    first.dispose();
    await all.prepare(room, controller.signal);
    expect(asked).toHaveLength(1);
  });

  it('is said of occupants, by all of them, though one fails', () => {
    const { hooks: all, said } = hooks();
    const described: unknown[] = [];
    all.addDescriber(() => {
      throw new Error('boom');
    });
    const last = all.addDescriber((...args) => described.push(args));
    all.describe('occupant' as never, 'presence' as never, room);
    expect(described).toEqual([['occupant', 'presence', room]]);
    expect(said).toEqual([`boom: describing an occupant of ${COVEN}`]);
    last.dispose();
    all.describe('occupant' as never, 'presence' as never, room);
    expect(described).toHaveLength(1);
  });

  it('is how somebody is invited without the room, by the last of them, or by nobody', () => {
    const { hooks: all } = hooks();
    const to = JID.parse('hecate@shakespeare.example');
    const invite = () => all.inviteDirectly(COVEN, to, { reason: 'now' } as never);
    expect(invite).toThrow(expect.objectContaining({ option: 'direct' }));
    const registrations = ['first', 'second'].map((name) =>
      all.addDirectInviter((...args) => [name, ...args] as never),
    );
    expect(invite()).toEqual(['second', COVEN, to, { reason: 'now' }]);
    registrations[1]?.dispose();
    expect(invite()).toEqual(['first', COVEN, to, { reason: 'now' }]);
    registrations[0]?.dispose();
    expect(invite).toThrow();
  });
});

describe('a request that a room passes on', () => {
  const request = (type: string | undefined, fields: Readonly<Record<string, string>>): Message => {
    const all = Object.entries({ ...(type && { FORM_TYPE: type }), ...fields }).map(
      ([name, value]) =>
        `<field var='${name}'${name === 'FORM_TYPE' ? " type='hidden'" : ''}><value>${value}</value></field>`,
    );
    return new Message(
      parseXml(`<message xmlns='jabber:client'><x xmlns='jabber:x:data' type='form'>${all.join('')}</x></message>`),
    );
  };

  it.each([
    ['voice', 'request', 'muc#roomnick', 'muc#jid', 'muc#request_allow'],
    ['registration', 'register', 'muc#register_roomnick', 'muc#register_jid', 'muc#register_allow'],
  ])('is for %s', (kind, type, nick, jid, answer) => {
    const namespace = `http://jabber.org/protocol/muc#${type}`;
    const whole = requestIn(request(namespace, { [nick]: 'n', [jid]: 'a@b', [answer]: '0' }));
    expect([whole?.kind, whole?.nick, whole?.jid?.full, whole?.answer]).toEqual([kind, 'n', 'a@b', answer]);
    expect(whole?.form.formType).toBe(namespace);
    expect(requestIn(request(namespace, { [nick]: 'n', [jid]: '@', [answer]: '0' }))?.jid).toBeUndefined();
    expect(requestIn(request(namespace, { [nick]: 'n', [jid]: 'a@b' }))).toBeUndefined();
    expect(requestIn(request(undefined, { [answer]: '0' }))).toBeUndefined();
  });

  it('is none of another form, and none without', () => {
    expect(requestIn(request('constructor', { 'muc#request_allow': '0' }))).toBeUndefined();
    expect(requestIn(new Message({}))).toBeUndefined();
  });
});

it.each([
  ['chat', `${COVEN}/nick`, '', true],
  ['normal', `${COVEN}/nick`, '', true],
  ['groupchat', `${COVEN}/nick`, '', false],
  ['chat', `${COVEN}`, '', false],
  ['chat', `${COVEN}/nick`, '<invite/>', false],
  ['chat', `${COVEN}/nick`, undefined, false],
])('a private message is marked: %s from %s with %j', (type, from, inside, marked) => {
  const mark = inside === undefined ? '' : `<x xmlns='http://jabber.org/protocol/muc#user'>${inside}</x>`;
  const xml = `<message xmlns='jabber:client' type='${type}' from='${from}'>${mark}</message>`;
  expect(isMarked(new Message(parseXml(xml)))).toBe(marked);
});
