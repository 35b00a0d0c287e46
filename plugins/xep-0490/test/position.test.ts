import { JID, Message, type MessageContext } from '@sestina/core';
import { parseXml } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { ArchiveOrder, type Place } from '../src/archive-order.js';
import { Chat, elementOf, type Position, positionIn } from '../src/position.js';
import { Readiness } from '../src/readiness.js';
import { ACCOUNT, item, NS_MARKERS, ROMEO, ROOM, upTo } from './device.js';

const account = JID.parse(ACCOUNT);
const peer = JID.parse(ROMEO);
const room = JID.parse(ROOM);

const place = (archiveId: string, more: Partial<Place> = {}): Place => ({
  ...{ peer, archive: account, archiveId, heard: 0 },
  ...more,
});
const position = (archiveId: string, more: Partial<Position> = {}): Position => ({
  ...place(archiveId, more),
  ...{ here: false, isOld: false },
  ...more,
});

/** Notes of a message: `live` came by itself, `archive` was fetched. */
function note(
  order: ArchiveOrder,
  archiveId: string | undefined,
  {
    source = 'archive',
    sent,
    archive = account,
    isStranger = false,
    type = 'chat',
  }: {
    source?: 'archive' | 'history' | 'stream';
    sent?: number;
    archive?: JID;
    isStranger?: boolean;
    type?: 'chat' | 'error';
  } = {},
): void {
  const context = { peer: archive.equals(account) ? peer : archive, archive, archiveId, source };
  const sentAt = sent === undefined ? undefined : new Date(sent);
  order.note(new Message({ type }), { ...context, sentAt } as unknown as MessageContext, isStranger);
}

describe('the order of two messages', () => {
  it('is that in which they came, else that of the archive’s clock, and unknown where both are at once', () => {
    const order = new ArchiveOrder();
    for (const id of ['l1', 'l2']) note(order, id, { source: 'stream', sent: 9_000 });
    for (const [id, sent] of [
      ['a1', 1_000],
      ['a2', 2_000],
      ['a3', 2_000],
    ] as const)
      note(order, id, { sent });
    const compare = (a: string, b: string) => order.compare(place(a), place(b));
    expect([compare('l2', 'l1'), compare('l1', 'l2'), compare('l1', 'l1')]).toEqual([1, -1, 0]);
    expect([compare('a2', 'a1'), compare('a1', 'a2')]).toEqual([1_000, -1_000]);
    expect([compare('a2', 'a3'), compare('never', 'never')]).toEqual([undefined, 0]);
    expect(order.live).toBe(2);
    // What was fetched, and never came by itself, was there before.
    expect([compare('l1', 'a2'), compare('a2', 'l1')]).toEqual([1, -1]);
  });

  it('is that of the room’s clock in what a room tells of before, whichever comes first', () => {
    const order = new ArchiveOrder();
    note(order, 'late', { source: 'history', sent: 2_000, archive: room });
    note(order, 'early', { source: 'history', sent: 1_000, archive: room });
    const at = (id: string) => place(id, { peer: room, archive: room });
    expect([order.compare(at('late'), at('early')), order.live]).toEqual([1_000, 0]);
  });

  it('is unknown of what an archive gives without saying when it got it', () => {
    const order = new ArchiveOrder();
    note(order, 'undated');
    note(order, 'dated', { sent: 1_000 });
    expect([order.compare(place('undated'), place('dated')), order.compare(place('dated'), place('undated'))]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is unknown of what was fetched after a gap, unless it says when it was sent', () => {
    const order = new ArchiveOrder();
    note(order, 'l1', { source: 'stream' });
    note(order, 'l2', { source: 'stream', sent: 5_000 });
    order.gap();
    note(order, 'a1', { sent: 9_000 });
    const compare = (a: string, b: string) => order.compare(place(a), place(b));
    expect([compare('l1', 'a1'), compare('a1', 'l1')]).toEqual([undefined, undefined]);
    expect([compare('l2', 'a1'), compare('a1', 'l2')]).toEqual([-4_000, 4_000]);
    // What came by itself after the gap is behind it.
    note(order, 'l3', { source: 'stream' });
    expect([compare('l3', 'a1'), compare('a1', 'l3')]).toEqual([1, -1]);
    // In a room nobody says what was missed.
    const inRoom = { archive: room };
    note(order, 'r1', { ...inRoom, sent: 1_000 });
    note(order, 'r2', { ...inRoom, source: 'stream' });
    const there = (id: string) => place(id, { peer: room, archive: room });
    expect(order.compare(there('r2'), there('r1'))).toBeUndefined();
  });

  it('is learnt of what says later when it was sent, and keeps what was said first', () => {
    const order = new ArchiveOrder();
    note(order, 'a', { source: 'stream', archive: room });
    order.learn(place('b', { peer: room, archive: room }), new Date(2_000));
    const there = (id: string) => place(id, { peer: room, archive: room });
    const compare = () => order.compare(there('a'), there('b'));
    expect(compare()).toBeUndefined();
    note(order, 'a', { source: 'stream', archive: room, sent: 5_000 });
    expect(compare()).toBe(3_000);
    note(order, 'a', { source: 'stream', archive: room, sent: 9_000 });
    order.learn(there('a'), new Date(9_000));
    order.learn(there('c'), undefined);
    expect([compare(), order.has(there('c')), order.live]).toEqual([3_000, false, 1]);
    // The same moment is no order.
    order.learn(there('d'), new Date(5_000));
    expect(order.compare(there('a'), there('d'))).toBeUndefined();
  });

  it('is told by what came by itself since the other one was heard of, though that one is not here', () => {
    const order = new ArchiveOrder();
    note(order, 'l1', { source: 'stream' });
    const gone = (heard: number) => place('gone', { heard });
    expect([order.compare(place('l1'), gone(0)), order.compare(gone(0), place('l1'))]).toEqual([1, -1]);
    expect([order.compare(place('l1'), gone(1)), order.compare(gone(1), place('l1'))]).toEqual([undefined, undefined]);
    note(order, 'a1', { sent: 1_000 });
    expect([order.compare(place('a1'), gone(0)), order.compare(gone(0), place('a1'))]).toEqual([undefined, undefined]);
  });

  it('takes no note of errors, of what no archive has, and of anything once it is cleared', () => {
    const order = new ArchiveOrder();
    note(order, 'e', { type: 'error', source: 'stream' });
    note(order, undefined, { source: 'stream' });
    expect([order.has(place('e')), order.has(place('undefined')), order.live]).toEqual([false, false, 0]);
    expect(order.has(place('e', { archive: undefined }))).toBe(false);
    note(order, 'l1', { source: 'stream' });
    expect(order.has(place('l1'))).toBe(true);
    order.clear();
    expect(order.has(place('l1'))).toBe(false);
  });
});

describe('what an item says', () => {
  const read = (xml: string, of = peer) => positionIn(parseXml(xml), of, account, 7);
  const withId = (id: string, by = ACCOUNT) => upTo(id, by);

  it('is a message of our archive, or of that of the room', () => {
    expect(read(withId('a'))).toMatchObject({ archive: account, archiveId: 'a', heard: 7, here: false, isOld: false });
    expect(read(withId('a', ROOM), room)?.archive?.full).toBe(ROOM);
    expect(read(withId('a', 'evil.example'))).toBeUndefined();
    expect(read(withId('a', ROOM))).toBeUndefined();
    // An occupant has no archive.
    expect(read(withId('a', `${ROOM}/nick`), JID.parse(`${ROOM}/nick`))).toBeUndefined();
    expect(read(withId('a', '@'))).toBeUndefined();
  });

  it('has an id of a thousand characters at most, and one', () => {
    const long = 'i'.repeat(1_000);
    const old = (id: string) => `<displayed xmlns='${NS_MARKERS}' id='${id}'/>`;
    for (const form of [withId, old]) {
      expect(read(form(long))?.archiveId).toBe(long);
      expect(read(form(`${long}i`))).toBeUndefined();
      expect(read(form(''))).toBeUndefined();
    }
    expect(read(old('a'))).toMatchObject({ archive: undefined, archiveId: 'a', heard: 7, here: false, isOld: true });
    expect(read(`<displayed xmlns='${NS_MARKERS}'/>`)).toBeUndefined();
    expect(
      read(withId('a').replace('</displayed>', `${"<stanza-id xmlns='urn:xmpp:sid:0' id='b'/>"}</displayed>`)),
    ).toBe(undefined);
    expect(read("<displayed xmlns='urn:xmpp:mds:displayed:0'/>")).toBeUndefined();
    expect(item(ROMEO, elementOf(position('a')).xml.toString())).toBe(item(ROMEO, parseXml(withId('a')).toString()));
  });
});

describe('a conversation', () => {
  const known = (...ids: readonly string[]) => {
    const order = new ArchiveOrder();
    for (const id of ids) note(order, id, { source: 'stream' });
    return order;
  };
  const here = (id: string) => position(id, { here: true, heard: 9 });
  const told = (id: string, isOld = false) => position(id, { heard: 9, isOld });

  it('was shown here where that is something new', () => {
    const order = known('a', 'b');
    const chat = new Chat(peer);
    expect([chat.due, chat.isKnown, chat.id]).toEqual([false, false, ROMEO]);
    expect([chat.shown(here('b'), order), chat.shown(here('b'), order), chat.shown(here('a'), order)]).toEqual([
      ...[true, false, false],
    ]);
    expect([chat.at?.archiveId, chat.due, chat.isKnown, chat.waiting]).toEqual(['b', true, true, undefined]);
  });

  it('waits for the word of the server where it does not show which is later, and for no word of ours', () => {
    const order = known('a', 'b');
    const chat = new Chat(peer);
    expect(chat.told(told('gone'), order)).toBe('moved');
    expect(chat.shown(here('a'), order)).toBe(true);
    expect(chat.waiting?.archiveId).toBe('gone');
    const other = new Chat(peer);
    other.shown(here('gone'), order);
    other.shown(here('a'), order);
    expect(other.waiting).toBeUndefined();
  });

  it('is published where the server says what was due, and due again where it says so in the older form', () => {
    const order = known('a');
    const chat = new Chat(peer);
    chat.shown(here('a'), order);
    expect([chat.told(told('a', true), order), chat.due, chat.node]).toEqual([undefined, true, undefined]);
    expect([chat.told(told('a'), order), chat.due, chat.node]).toEqual(['published', false, 'a']);
    expect(chat.told(told('a'), order)).toBeUndefined();
    const other = new Chat(peer);
    expect([other.told(told('a', true), order), other.due]).toEqual(['moved', true]);
    // It was written anew, and shown elsewhere.
    expect([other.told(told('a'), order), other.due]).toEqual([undefined, false]);
  });

  it('goes on with the server, and puts it right once where it is behind', () => {
    const order = known('a', 'b', 'c');
    const chat = new Chat(peer);
    chat.shown(here('b'), order);
    chat.told(told('b'), order);
    expect([chat.told(told('a'), order), chat.due, chat.over]).toEqual([undefined, true, 'a']);
    // It is ahead of that already.
    expect([chat.told(told('a'), order), chat.due]).toEqual([undefined, true]);
    chat.told(told('b'), order);
    expect([chat.told(told('a'), order), chat.due]).toEqual([undefined, false]);
    expect([chat.told(told('c'), order), chat.at?.archiveId, chat.isKnown]).toEqual(['moved', 'c', false]);
    // What another device has shown is its to put right.
    expect([chat.told(told('a'), order), chat.due, chat.at?.archiveId]).toEqual([undefined, false, 'c']);
    chat.shown(here('c'), order);
    expect(chat.due).toBe(false);
  });

  it('of the last process puts the server right as well', () => {
    const order = new ArchiveOrder();
    for (const id of ['a', 'b']) note(order, id, { source: 'stream' });
    const chat = new Chat(peer);
    chat.at = position('b', { here: true });
    expect(chat.told(position('a'), order)).toBeUndefined();
    expect([chat.due, chat.over, chat.at?.archiveId]).toEqual([true, 'a', 'b']);
  });

  it('is put right again once more was shown here', () => {
    const order = known('a', 'b', 'c');
    const chat = new Chat(peer);
    for (const id of ['b', 'c']) {
      chat.shown(here(id), order);
      chat.told(told(id), order);
      chat.told(told('a'), order);
      expect(chat.due).toBe(true);
      chat.told(told(id), order);
    }
  });

  it('decides for the later one as soon as that shows', () => {
    for (const [first, second, expected] of [
      ['a', 'x', 'x'],
      ['x', 'a', 'a'],
    ] as const) {
      const order = new ArchiveOrder();
      const chat = new Chat(peer);
      chat.shown(here('a'), order);
      expect(chat.told(told('x'), order)).toBeUndefined();
      expect([chat.decide(order), chat.waiting?.archiveId]).toEqual([false, 'x']);
      for (const id of [first, second]) note(order, id, { source: 'stream' });
      expect([chat.decide(order), chat.at?.archiveId, chat.waiting]).toEqual([expected === 'x', expected, undefined]);
      expect([chat.due, chat.over]).toEqual(expected === 'x' ? [false, undefined] : [true, 'x']);
      expect(chat.decide(order)).toBe(false);
    }
  });

  it('goes with its item, unless it is ours to say', () => {
    const order = known('a');
    const chat = new Chat(peer);
    chat.told(told('a'), order);
    chat.gone();
    expect([chat.at, chat.node, chat.waiting]).toEqual([undefined, undefined, undefined]);
    chat.shown(here('a'), order);
    chat.gone();
    expect([chat.at?.archiveId, chat.due]).toEqual(['a', true]);
  });

  it('learns whose archive is meant once', () => {
    const chat = new Chat(peer);
    chat.settle(account);
    expect(chat.at).toBeUndefined();
    chat.told(position('a', { archive: undefined, isOld: true }), new ArchiveOrder());
    chat.settle(account);
    chat.settle(room);
    expect(chat.at).toMatchObject({ archive: account, archiveId: 'a' });
  });
});

describe('what is so in each session anew', () => {
  it('is waited for, over the end of a session, until it is, or never will be', async () => {
    const ready = new Readiness();
    expect(ready.is).toBe(false);
    const first = ready.promise;
    ready.lost();
    expect(ready.promise).toBe(first);
    ready.reached();
    expect(ready.is).toBe(true);
    await first;
    ready.lost();
    expect([ready.is, ready.promise === first]).toEqual([false, false]);
    const second = ready.promise;
    ready.never(new Error('gone'));
    await expect(second).rejects.toThrow('gone');
    expect(ready.is).toBe(false);
  });
});
