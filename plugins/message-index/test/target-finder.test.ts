import { JID, type Message } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { otherNature, TargetFinder, type TargetFinderBounds } from '../src/index.js';
import { BOB, ROOM, start, text } from './helpers.js';

const streams = useStreams(afterEach);
const bob = JID.parse(BOB).bare;
const eve = 'eve@evil.example/x';

async function finding(bounds?: TargetFinderBounds) {
  const started = await start();
  streams.keep(started.stream);
  const { xmpp, index, stream, heard } = started;
  xmpp.roster.of().apply([{ jid: bob, subscription: 'both' }]);
  const finder = new TargetFinder(xmpp, index, bounds);
  const found: string[] = [];
  /** A message of somebody that is about one which has not come yet. */
  const later = async (id: string, ref: string, from = BOB, more = '') => {
    await stream.recv(text(id, { from, more }));
    const message = heard.at(-1) as Message;
    finder.later(message, { ref, author: { jid: JID.parse(from).bare } }, (asks, { id: is }) =>
      found.push(`${asks.id} ${is}`),
    );
    return message;
  };
  return { ...started, finder, found, later };
}

const replace = (id: string): string => `<replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;

describe('the message that another one is about', () => {
  it('is its first version, and none that somebody else wrote', async () => {
    const { stream, finder, heard } = await finding();
    await stream.recv(text('m1') + text('m2', { more: replace('m1') }) + text('m3'));
    const asks = heard.at(-1) as Message;
    const author = { jid: bob };
    expect((await finder.find(asks, { ref: 'm2', author }))?.id).toBe('m1');
    expect(await finder.find(asks, { ref: 'm2', author: { jid: JID.parse('alice@example.org') } })).toBeUndefined();
    expect(await finder.find(asks, { ref: 'm1', author, last: 1 })).toBeUndefined();
    expect((await finder.find(asks, { ref: 'm1', author, last: 2 }))?.id).toBe('m1');
    expect(await finder.find(asks, { ref: 'm3' })).toBeUndefined();
    expect(await finder.find(asks, { ref: 'never' })).toBeUndefined();
  });

  it('may come later: then it is told once, as its first version', async () => {
    const { stream, finder, found, later } = await finding();
    await stream.recv(text('m1'));
    await later('asks', 'm2');
    expect([found, finder.size]).toEqual([[], 1]);
    await stream.recv(text('m2', { more: replace('m1') }));
    await stream.recv(text('m2', { body: 'again' }));
    expect([found, finder.size]).toEqual([['asks m1'], 0]);
  });

  it('is not waited for any more once that is over, or the message is gone', async () => {
    const { stream, finder, found, later } = await finding();
    const first = await later('asks 1', 'm1');
    await later('asks 2', 'm2');
    finder.forget(({ id }) => id === first.id);
    expect(finder.size).toBe(1);
    await stream.recv(text('m1'));
    expect(found).toEqual([]);
    finder.dispose();
    await stream.recv(text('m2'));
    expect([found, finder.size]).toEqual([[], 0]);
  });

  it('is told although what is done with another one fails', async () => {
    const { stream, finder, found, later, heard } = await finding();
    await later('asks', 'm1');
    finder.later(heard[0] as Message, { ref: 'm1' }, () => {
      throw new Error('boom');
    });
    await stream.recv(text('m1'));
    expect(found).toEqual(['asks m1']);
    expect(stream.errors.map(({ error }) => error.message)).toEqual(['boom']);
  });
});

describe('messages that wait', () => {
  it('are so many in all, and a quarter of them of one conversation: the latest', async () => {
    const { stream, finder, found, later, xmpp } = await finding({ maxPending: 8 });
    for (let i = 0; i < 3; i++) await later(`b${i}`, 'late');
    expect(finder.size).toBe(2);
    const others = Array.from({ length: 6 }, (_, i) => `c${i}@example.net/x`);
    xmpp.roster.of().apply(others.map((jid) => ({ jid: JID.parse(jid).bare, subscription: 'both' as const })));
    for (const from of others) await later(`of ${from}`, 'late', from);
    expect(finder.size).toBe(8);
    // A stranger has no place there.
    await later('eve', 'late', eve);
    await stream.recv(text('late'));
    expect(found).toEqual(['b1 late', 'b2 late']);
  });

  it('are 500 where nothing else is said: 125 of one conversation', async () => {
    const { finder, later } = await finding();
    for (let i = 0; i < 125; i++) await later(`b${i}`, 'late');
    expect(finder.size).toBe(125);
    await later('one more', 'late');
    expect(finder.size).toBe(125);
  });

  it('are one of a conversation at least', async () => {
    const { stream, found, later } = await finding({ maxPending: 1 });
    await later('b1', 'late');
    await stream.recv(text('late'));
    expect(found).toEqual(['b1 late']);
  });

  it('have so many bytes of one conversation, and none that has more than that alone', async () => {
    const { stream, finder, found, later } = await finding({ maxPendingBytes: 40_000 });
    await later('large', 'late', BOB, `<x xmlns='urn:x'>${'x'.repeat(10_000)}</x>`);
    expect(finder.size).toBe(0);
    const half = `<x xmlns='urn:x'>${'x'.repeat(2_500)}</x>`;
    for (let i = 0; i < 4; i++) await later(`b${i}`, 'late', BOB, half);
    expect(finder.size).toBeLessThan(4);
    expect(finder.size).toBeGreaterThan(0);
    await later('c', 'late', eve);
    expect(found).toEqual([]);
    await stream.recv(text('late'));
    expect(found.at(-1)).toBe('b3 late');
  });

  it('are told of in the order of their conversation, from whichever side they come', async () => {
    const { finder, heard, stream } = await finding();
    await stream.recv(text('m1') + text('e1', { from: eve }));
    expect(heard.map((message) => [finder.inOrder.sequential(message), finder.isStranger(message)])).toEqual([
      [' bob@example.net', false],
      [' eve@evil.example', true],
    ]);
    expect(finder.inOrder).toMatchObject({ sources: ['stream', 'carbon', 'archive', 'history'], timeout: 30_000 });
  });
});

describe('what is no message between people', () => {
  it.each([
    'http://jabber.org/protocol/commands',
    'http://jabber.org/protocol/http-auth',
    'http://jabber.org/protocol/ibb',
    'http://jabber.org/protocol/pubsub',
    'http://jabber.org/protocol/pubsub#event',
    'http://jabber.org/protocol/rosterx',
    'jabber:x:conference',
    'jabber:x:data',
    'urn:xmpp:call-invites:0',
    'urn:xmpp:carbons:2',
    'urn:xmpp:fasten:0',
    'urn:xmpp:jingle-message:0',
    'urn:xmpp:jingle-message:1',
    'urn:xmpp:mam:2',
    'urn:xmpp:message-retract:0',
    'urn:xmpp:message-retract:1',
    'urn:xmpp:reactions:0',
  ])('has something of %s in it', async (namespace) => {
    const { stream, heard } = await finding();
    await stream.recv(text('m1', { more: `<active xmlns='urn:x'/><x xmlns='${namespace}'/>` }));
    expect(otherNature(heard[0] as Message)).toBe(namespace);
  });

  it('is nothing else, whatever stands in it', async () => {
    const { stream, heard } = await finding();
    await stream.recv(text('m1', { more: "<x xmlns='urn:x'><invite/></x>" }));
    expect(heard.map(otherNature)).toEqual([undefined]);
  });

  it('is an invitation to a room, and not what marks a private message of one', async () => {
    const { stream, xmpp, heard } = await finding();
    xmpp.claim(ROOM, { kind: 'room' });
    const muc = (inside: string): string => `<x xmlns='http://jabber.org/protocol/muc#user'>${inside}</x>`;
    await stream.recv(text('m1', { more: muc('') }) + text('m2', { more: muc('<invite/>') }));
    expect(heard.map(otherNature)).toEqual([undefined, 'http://jabber.org/protocol/muc#user']);
  });
});
