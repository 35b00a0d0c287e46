import { JID, type Message } from '@sestina/core';
import { ScriptedStream, useStreams } from '@sestina/testing';
import type { Room } from '@sestina/xep-0045';
import { afterEach, describe, expect, it } from 'vitest';
import { BotOptions } from '../src/index.js';
import { authorKey, isByOccupant, isSaidNow } from '../src/reading.js';

const streams = useStreams(afterEach);
const OWN = 'puck@play.example/here';
const ROMEO = 'romeo@play.example/x';
const LAB = 'lab@rooms.play.example';

async function hearing({ kind = 'client' as 'client' | 'component', options = {} as Partial<BotOptions> } = {}) {
  const jid = kind === 'client' ? OWN : 'bot.play.example';
  const { DelayedDelivery } = await import('@sestina/xep-0203');
  const stream = streams.keep(await ScriptedStream.start({ kind, jid, plugins: [DelayedDelivery] }));
  const heard: Message[] = [];
  const sources = ['stream', 'carbon', 'archive', 'history'] as const;
  stream.xmpp.onMessage((message) => void heard.push(message), { sources });
  const settings = Object.assign(new BotOptions(), options);
  const counts = async (xml: string): Promise<boolean | undefined> => {
    heard.length = 0;
    await stream.recv(xml);
    const [message] = heard;
    return message && isSaidNow(stream.xmpp, message, settings);
  };
  return { stream, heard, counts, settings };
}

const says = (inside = '<body>help</body>', { from = ROMEO, to = OWN, type = 'chat' } = {}) =>
  `<message from='${from}' to='${to}' type='${type}' id='1'>${inside}</message>`;

describe('what a bot may answer', () => {
  it('is what somebody else says, in words', async () => {
    const { counts } = await hearing();
    expect(await counts(says())).toBe(true);
    expect(await counts(says('<subject>help</subject>'))).toBe(false);
    expect(await counts(says(undefined, { from: 'puck@play.example/phone' }))).toBe(false);
    expect(await counts(says(undefined, { from: 'play.example' }))).toBe(false);
    expect(await counts(says("<body>help</body><x xmlns='urn:unknown'/>"))).toBe(true);
  });

  it.each([
    'eu.siacs.conversations.axolotl',
    'jabber:x:encrypted',
    'urn:xmpp:eme:0',
    'urn:xmpp:omemo:1',
    'urn:xmpp:omemo:2',
    'urn:xmpp:openpgp:0',
    'urn:xmpp:reactions:0',
  ])('has nothing of %s in it', async (namespace) => {
    const { counts } = await hearing();
    expect(await counts(says(`<body>help</body><x xmlns='${namespace}'/>`))).toBe(false);
  });

  it('is not older than it may be, whoever says so', async () => {
    const { counts, stream, settings } = await hearing({ options: { maxAge: 1_000 } });
    const delayed = (ago: number) =>
      says(
        `<body>help</body><delay xmlns='urn:xmpp:delay' from='romeo@play.example' stamp='${new Date(stream.clock.now() - ago).toISOString()}'/>`,
      );
    expect([await counts(delayed(1_000)), await counts(delayed(1_001))]).toEqual([true, false]);
    settings.maxAge = Number.POSITIVE_INFINITY;
    expect(await counts(delayed(1e9))).toBe(true);
  });

  it('is no correction, unless it is told to answer them', async () => {
    const corrected = says("<body>help</body><replace xmlns='urn:xmpp:message-correct:0' id='0'/>");
    for (const [corrections, expected] of [
      ['ignore', false],
      ['rerun', true],
    ] as const) {
      const { counts } = await hearing({ options: { corrections } });
      expect(await counts(corrected)).toBe(expected);
    }
  });

  it('of a component comes from no address of its own', async () => {
    const { counts } = await hearing({ kind: 'component' });
    const to = 'puck@bot.play.example';
    expect(await counts(says(undefined, { to, from: 'oberon@bot.play.example/x' }))).toBe(false);
    expect(await counts(says(undefined, { to }))).toBe(true);
  });

  it('is nothing that we have said, nor what was said before', async () => {
    const { stream, settings } = await hearing();
    const { xmpp } = stream;
    const deliver = (context: object) =>
      xmpp.messages.deliver(xmpp.message({ from: ROMEO, to: OWN, type: 'chat', body: 'help' }), {
        source: 'carbon',
        ...context,
      });
    const outcomes: boolean[] = [];
    xmpp.onMessage((message) => void outcomes.push(isSaidNow(xmpp, message, settings)), {
      sources: ['carbon', 'archive', 'history'],
    });
    await deliver({});
    await deliver({ source: 'archive', archive: xmpp.account, archiveId: 'a', history: true });
    await stream.idle();
    expect(outcomes).toEqual([true, false]);
  });
});

describe('who has said it', () => {
  const room = (more: Partial<Room>) => ({ jid: JID.parse(LAB), nick: 'Puck', state: 'joined', ...more }) as Room;
  const said = (from: string, context: object) => ({ from: JID.parse(from), context }) as unknown as Message;

  it('in a room is an occupant of one that we are in', () => {
    const by = (from: string, more: Partial<Room> = {}) => isByOccupant(room(more), said(from, {}));
    expect([by(`${LAB}/romeo`), by(`${LAB}/Puck`), by(LAB)]).toEqual([true, false, false]);
    expect(by(`${LAB}/romeo`, { state: 'left' } as never)).toBe(false);
    expect(isByOccupant(room({}), { from: undefined } as unknown as Message)).toBe(false);
  });

  it('counts once for all addresses that somebody can make up', () => {
    const author = { jid: JID.parse(`${LAB}/romeo`), stay: 3 };
    const chat = said(ROMEO, { kind: 'chat', author: { jid: JID.parse(ROMEO) } });
    expect(authorKey(chat, room({}))).toBe('romeo@play.example');
    const key = (more: object, where: Room | undefined = room({})) =>
      authorKey(said(`${LAB}/romeo`, { kind: 'room', author: { ...author, ...more } }), where);
    expect(key({})).toBe(`${LAB}/romeo 3`);
    expect(key({ occupantId: 'o' })).toBe(`${LAB} o`);
    expect(key({ occupantId: 'o', realJid: JID.parse(ROMEO) })).toBe('romeo@play.example');
    expect(authorKey(said(`${LAB}/romeo`, { kind: 'room', author }), undefined)).toBe(LAB);
    expect(authorKey({ from: undefined, context: { kind: 'chat', author } } as never, undefined)).toBe('');
  });
});
