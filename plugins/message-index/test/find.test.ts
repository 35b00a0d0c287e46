import { ConfigError, JID, type Message } from '@sestina/core';
import { SeededRandom, useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryMessageIndex, type MessageFacts, MessageIndex, sameAuthor, TargetFinder } from '../src/index.js';
import { ACCOUNT, BOB, OWN, ROOM, sid, start, text } from './helpers.js';

const streams = useStreams(afterEach);
const bob = JID.parse('bob@example.net');

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  return started;
}

describe('a message is found', () => {
  it('by what its archive calls it, by its id and by its origin id', async () => {
    const { stream, index, heard } = await client();
    await stream.recv(text('m1', { more: `${sid('a1')}<origin-id xmlns='urn:xmpp:sid:0' id='o1'/>` }));
    const facts = index.note(heard[0] as Message);
    expect(facts).toMatchObject({
      id: 'm1',
      originId: 'o1',
      archiveId: 'a1',
      kind: 'chat',
      way: 'in',
      noStore: false,
      ambiguous: false,
    });
    expect([facts.peer.full, facts.archive?.full, facts.author.jid.full]).toEqual([bob.full, ACCOUNT, bob.full]);
    for (const ref of ['a1', 'm1', 'o1']) expect(await index.find(bob, ref)).toBe(facts);
    for (const kind of ['message', 'origin'] as const) {
      // What is right comes first, and what is not quite right is taken, too.
      for (const id of ['m1', 'o1']) expect(await index.find(bob, { kind, id })).toBe(facts);
      expect(await index.find(bob, { kind, id: 'a1' })).toBeUndefined();
    }
    expect(await index.find(bob, { kind: 'stanza', id: 'a1', by: JID.parse(ACCOUNT) })).toBe(facts);
    expect(await index.find(bob, { kind: 'stanza', id: 'a1', by: JID.parse(ROOM) })).toBeUndefined();
    expect(await index.find(bob, { kind: 'stanza', id: 'm1' })).toBeUndefined();
    expect(await index.find(JID.parse('carol@example.net'), 'm1')).toBeUndefined();
  });

  it('before anybody hears it, also what we send', async () => {
    const { stream, xmpp, index } = await client();
    const found: unknown[] = [];
    xmpp.on('message', async ({ id }) => found.push((await index.find(bob, id as string))?.id));
    await stream.recv(text('m1'));
    expect(found).toEqual(['m1']);
    xmpp.sendMessage({ to: BOB, type: 'chat', body: 'mine', id: 'mine' });
    expect(await index.find(bob, 'mine')).toMatchObject({ way: 'out', originId: undefined });
  });

  it('of who is said to have written it', async () => {
    const { stream, index } = await client();
    await stream.recv(text('same', { body: 'his' }));
    await stream.recv(text('same', { body: 'his again' }));
    const other = { author: { jid: JID.parse(ACCOUNT) } };
    expect(await index.find(bob, 'same', other)).toBeUndefined();
    const found = await index.find(bob, 'same', { author: { jid: bob } });
    expect([found?.ambiguous, found?.key]).toEqual([true, (await index.find(bob, 'same'))?.key]);
  });

  it('as its first version, where it was corrected, and never as what asks', async () => {
    const { stream, index } = await client();
    const replace = (id: string): string => `<replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;
    const author = { jid: bob };
    await stream.recv(text('m1') + text('m2', { more: replace('m1') }) + text('m3', { more: replace('m2') }));
    await stream.recv(
      text('x', { more: replace('x') }) + text('y', { more: replace('z') }) + text('z', { more: replace('y') }),
    );
    const found = async (id: string, options = {}) =>
      (await index.find(bob, id, { author, ...options })) as MessageFacts;
    const first = await found('m1');
    for (const id of ['m1', 'm2', 'm3']) expect(await index.original(await found(id))).toBe(first);
    // Not in a circle for ever, and what names itself is nothing but itself.
    expect(await index.original(await found('x'))).toBe(await found('x'));
    expect((await index.original(await found('y'))).key).toBe((await found('z')).key);
    expect(await found('m1', { not: first })).toBeUndefined();
    // A bridge gives all versions one id: the first one is meant.
    await stream.recv(text('b', { body: 'one' }) + text('b', { body: 'two', more: replace('b') }));
    expect(await found('b')).toMatchObject({ replaces: undefined, ambiguous: true });
  });

  it('among the last messages of its author, where that is asked for', async () => {
    const { stream, index } = await client();
    const more = `<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>`;
    await stream.recv(text('m1') + text('c1', { more }) + text('m2'));
    const author = { jid: bob };
    expect(await index.find(bob, 'm1', { author, last: 2 })).toBeDefined();
    expect(await index.find(bob, 'm1', { author, last: 1 })).toBeUndefined();
    expect(await index.find(bob, 'm2', { author, last: 1 })).toBeDefined();
  });

  it('or not, and then later: who waits is called once', async () => {
    const { stream, index } = await client();
    const found: MessageFacts[] = [];
    index.onFound(bob, 'm1', (facts) => found.push(facts));
    const given = index.onFound(bob, 'm1', () => found.push(undefined as never));
    given.dispose();
    index.onFound(bob, 'm2', () => {
      throw new Error('boom');
    });
    await stream.recv(text('m0') + text('m1') + text('m1', { body: 'other' }) + text('m2'));
    index.onFound(bob, 'm0', (facts) => found.push(facts));
    expect(found.map(({ id }) => id)).toEqual(['m1', 'm0']);
    expect(stream.errors.map(({ error }) => error.message)).toEqual(['boom']);
  });
});

describe('the first time', () => {
  it('is once, whichever way it comes again', async () => {
    const { stream, xmpp, index, heard } = await client();
    await stream.recv(text('m1', { more: sid('a1') }));
    await xmpp.messages.deliver(xmpp.message({ from: BOB, to: OWN, body: 'm1', id: 'm1' }), {
      source: 'archive',
      archive: xmpp.account,
      archiveId: 'a1',
    });
    // The offline store knows of no archive.
    await stream.recv(text('m1'));
    expect(heard.map((message) => index.firstTime(message))).toEqual([true, false, false]);
    expect(index.size).toBe(1);
  });

  it('is every time where a bot gives all its answers the same id', async () => {
    const { stream, index, heard } = await client();
    for (const body of ['one', 'two', 'three']) await stream.recv(text('bot', { body }));
    // The same words, and the archive says that they are two.
    await stream.recv(text('bot', { body: 'ok', more: sid('a1') }) + text('bot', { body: 'ok', more: sid('a2') }));
    expect(heard.map((message) => index.firstTime(message))).toEqual([true, true, true, true, true]);
  });

  it('is once where its sender has sent it again, not knowing that it had arrived, and the archive has both', async () => {
    const { stream, index, heard } = await client();
    const origin = (id: string): string => `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`;
    await stream.recv(text('m1', { more: origin('m1') + sid('a1') }) + text('m1', { more: origin('m1') + sid('a2') }));
    // Other words under that id are another message, and so is what comes from somebody else.
    await stream.recv(text('m1', { body: 'other', more: origin('m1') + sid('a3') }));
    await stream.recv(text('m1', { from: 'mallory@evil.example', more: origin('m1') + sid('a4') }));
    await stream.clock.advance(601_000);
    await stream.recv(text('m1', { more: origin('m1') + sid('a5') }));
    expect(heard.map((message) => index.firstTime(message))).toEqual([true, false, true, true, true]);
  });

  it('is over once it is noted, also of what we are about to send: when it was sent is known then', async () => {
    const { xmpp, index } = await client();
    const message = xmpp.message({ to: BOB, type: 'chat', body: 'hi', id: 'o1' });
    const facts = index.note(message);
    expect(facts.sentAt).toBeUndefined();
    await message.send();
    expect(await index.find(facts.peer, 'o1')).toBe(facts);
    expect(facts.sentAt?.getTime()).toBe(xmpp.clock.now());
  });

  it('is every time where somebody says "ok" ten times', async () => {
    const { stream, index, heard } = await client();
    for (let i = 0; i < 10; i++) await stream.recv(text(`ok${i}`, { body: 'ok' }));
    expect(heard.every((message) => index.firstTime(message))).toBe(true);
  });

  it('is over after ten minutes where only words and id are the same', async () => {
    const { stream, index, heard } = await client();
    await stream.clock.advance(1_000_000);
    await stream.recv(text('m1'));
    await stream.clock.advance(600_000);
    await stream.recv(text('m1'));
    await stream.clock.advance(1);
    await stream.recv(text('m1'));
    expect(heard.map((message) => index.firstTime(message))).toEqual([true, false, true]);
  });

  it('of what we send is when we send it: a room gives it back, a copy and an archive, too', async () => {
    const { stream, xmpp, index, heard } = await client();
    xmpp.claim(ROOM, { kind: 'room' });
    xmpp.sendMessage({ to: ROOM, type: 'groupchat', body: 'hi', id: 'g1' });
    const back = { body: 'hi', from: `${ROOM}/alice`, type: 'groupchat' };
    await stream.recv(
      text('other', { ...back, more: `${sid('r1', ROOM)}<origin-id xmlns='urn:xmpp:sid:0' id='g1'/>` }),
    );
    await stream.recv(text('g1', { ...back, body: 'forged' }));
    expect(heard.map((message) => index.firstTime(message))).toEqual([false, true]);
    expect(await index.find(JID.parse(ROOM), { kind: 'stanza', id: 'r1' })).toMatchObject({
      ...{ way: 'out', id: 'other', originId: 'g1' },
    });
    for (const ref of ['other', { kind: 'origin', id: 'g1' }] as const) {
      expect((await index.find(JID.parse(ROOM), ref))?.archiveId).toBe('r1');
    }
    // Who echoes what we say says it, all the same.
    xmpp.sendMessage({ to: BOB, type: 'chat', body: 'echo', id: 'e1' });
    await stream.recv(text('e1', { body: 'echo' }));
    expect(index.firstTime(heard.at(-1) as Message)).toBe(true);
  });

  it('of an error is nobody’s: it says again what was sent', async () => {
    const { stream, xmpp, index } = await client();
    const errors: Message[] = [];
    xmpp.on('messageError', (message) => errors.push(message));
    await stream.recv(text('m1', { type: 'error' }));
    expect([index.firstTime(errors[0] as Message), index.size]).toEqual([true, 0]);
  });
});

describe('the same author', () => {
  const occupant = (nick: string, more: object = {}) => ({ jid: JID.parse(`${ROOM}/${nick}`), ...more });

  it.each([
    ['a bare address', { jid: bob }, { jid: JID.parse('BOB@example.net') }, true],
    ['another one', { jid: bob }, { jid: JID.parse('bob@example.org') }, false],
    [
      'an occupant id under another nick',
      occupant('a', { occupantId: 'x', stay: 1 }),
      occupant('b', { occupantId: 'x' }),
      true,
    ],
    [
      'a nick with another occupant id',
      occupant('a', { occupantId: 'x', stay: 1 }),
      occupant('a', { occupantId: 'y', stay: 1 }),
      false,
    ],
    [
      'a nick that lost its occupant id',
      occupant('a', { occupantId: 'x', stay: 1 }),
      occupant('a', { stay: 1 }),
      false,
    ],
    [
      'a real address under another nick',
      occupant('a', { realJid: bob }),
      occupant('b', { realJid: JID.parse(BOB) }),
      true,
    ],
    [
      'a nick with another real address',
      occupant('a', { realJid: bob, stay: 1 }),
      occupant('a', { realJid: JID.parse(ACCOUNT), stay: 1 }),
      false,
    ],
    ['a nick within a stay', occupant('a', { stay: 1 }), occupant('a', { stay: 1 }), true],
    ['a nick that left and came back', occupant('a', { stay: 1 }), occupant('a', { stay: 2 }), false],
    ['a nick of which nothing is known', occupant('a'), occupant('a'), false],
    ['another room', occupant('a', { occupantId: 'x' }), { jid: JID.parse('b@muc.example/a'), occupantId: 'x' }, false],
  ])('is %s', (_what, a, b, same) => {
    expect([sameAuthor(a, b), sameAuthor(b, a)]).toEqual([same, same]);
  });

  it('is asked for once others have said who wrote a message', async () => {
    const { stream, xmpp, index, heard } = await client();
    xmpp.claim(ROOM, { kind: 'room' });
    // Described behind the index.
    xmpp.messages.describe((_message, context) => {
      context.author = { ...context.author, occupantId: 'x' };
    });
    await stream.recv(text('g1', { from: `${ROOM}/a`, type: 'groupchat' }));
    expect(index.note(heard[0] as Message).author.occupantId).toBe('x');
    expect(await index.find(JID.parse(ROOM), 'g1', { author: occupant('b', { occupantId: 'x' }) })).toBeDefined();
    expect(await index.find(JID.parse(ROOM), 'g1', { author: occupant('a') })).toBeUndefined();
  });
});

describe('what is kept', () => {
  it('is bounded for each conversation, for each stranger and in all', async () => {
    const { stream, xmpp, index } = await client({ perConversation: 5, total: 20, perStranger: 3, strangers: 2 });
    const room = JID.parse(ROOM);
    xmpp.claim(ROOM, { kind: 'room' });
    for (let i = 0; i < 9; i++) await stream.recv(text(`g${i}`, { from: `${ROOM}/a`, type: 'groupchat' }));
    expect([await index.find(room, 'g3'), (await index.find(room, 'g4'))?.id]).toEqual([undefined, 'g4']);
    for (let who = 0; who < 50; who++) {
      for (let i = 0; i < 9; i++) await stream.recv(text(`s${i}`, { from: `s${who}@evil.example/x` }));
    }
    // Strangers have driven out one another, and nobody else.
    expect((await index.find(room, 'g4'))?.id).toBe('g4');
    expect(index.size).toBeLessThanOrEqual(5 + 3 * 2);
    expect(await index.find(JID.parse('s49@evil.example'), 's8')).toBeDefined();
    expect(await index.find(JID.parse('s0@evil.example'), 's8')).toBeUndefined();
  });

  it('is never wrong after something was forgotten', async () => {
    const { stream, xmpp, index } = await client({ perConversation: 10, total: 25, perStranger: 4, strangers: 3 });
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    for (const name of ['a', 'b', 'c']) xmpp.claim(`${name}@muc.example`, { kind: 'room' });
    const said = new Map<string, string>();
    for (let i = 0; i < 400; i++) {
      const room = `${['a', 'b', 'c', 'd', 'e', 'f'][random.integer(6)]}@muc.example`;
      const id = `m${random.integer(60)}`;
      await stream.recv(text(id, { from: `${room}/n`, type: 'groupchat', body: `${i}`, more: sid(`k${i}`, room) }));
      said.set(`k${i}`, `${room} ${id}`);
      const probe = `k${random.integer(i + 1)}`;
      const [where = '', what] = said.get(probe)?.split(' ') ?? [];
      const found = await index.find(JID.parse(where), { kind: 'stanza', id: probe });
      if (found) expect([found.id, found.archiveId], `seed ${random.seed}`).toEqual([what, probe]);
    }
    expect(index.size).toBeLessThanOrEqual(25 + 4);
  });

  it('by a component is apart for each of its addresses', async () => {
    const { stream, index } = await client({}, { kind: 'component', jid: 'bot.example.org' });
    await stream.recv(text('m1', { to: 'one@bot.example.org/x' }));
    const [one, two] = ['one', 'two'].map((local) => JID.parse(`${local}@bot.example.org`)) as [JID, JID];
    expect((await index.find(bob, 'm1', { account: one }))?.id).toBe('m1');
    expect(await index.find(bob, 'm1', { account: two })).toBeUndefined();
  });

  it('is forgotten with the plugin, which stands behind its class', async () => {
    const { stream, xmpp, index } = await client();
    await stream.recv(text('m1'));
    expect(xmpp.plugin(MessageIndex)).toBe(index);
    xmpp.remove(MemoryMessageIndex);
    expect(index.size).toBe(0);
    for (const wrong of [0, Number.NaN, 1.5]) {
      expect(() => xmpp.use(MemoryMessageIndex, { total: wrong })).toThrow(ConfigError);
    }
  });
});

describe('who waits for a message', () => {
  it('is told, however many strangers wait for what never comes', async () => {
    const { stream, xmpp, index } = await client();
    xmpp.roster.of().apply([{ jid: bob, subscription: 'both' }]);
    const found: string[] = [];
    index.onFound(bob, 'late', ({ id }) => found.push(`bob ${id}`));
    index.onFound(JID.parse(ACCOUNT), 'late', ({ id }) => found.push(`own ${id}`));
    const eve = JID.parse('eve@evil.example');
    for (let i = 0; i < 3_000; i++) index.onFound(eve, `never${i}`, () => found.push('eve'));
    await stream.recv(text('late'));
    await stream.recv(text('late', { from: OWN }));
    expect(found).toEqual(['bob late', 'own late']);
  });

  it('is told of the one that is called so and by that author, and of no other', async () => {
    const { stream, xmpp, index } = await client();
    xmpp.claim(ROOM, { kind: 'room' });
    const room = JID.parse(ROOM);
    xmpp.messages.describe((_message, context) => {
      context.author = { ...context.author, occupantId: context.author.jid.resource };
    });
    const told: string[] = [];
    const author = { jid: JID.parse(`${ROOM}/a`), occupantId: 'a' };
    index.onFound(room, 'x', (facts) => told.push(`${facts.author.occupantId} ${facts.id}`), { author });
    for (const nick of ['b', 'b', 'a', 'a']) {
      await stream.recv(text('y', { from: `${ROOM}/${nick}`, type: 'groupchat' }));
      await stream.recv(text('x', { from: `${ROOM}/${nick}`, type: 'groupchat' }));
    }
    expect(told).toEqual(['a x']);
  });

  it.each([
    ['many', 100, ''],
    ['large', 8, 'x'.repeat(8_000)],
  ])('keeps its place, however %s the messages are with which occupants of a room wait', async (_what, count, more) => {
    const { stream, xmpp, index, heard } = await client();
    xmpp.roster.of().apply([{ jid: bob, subscription: 'both' }]);
    xmpp.claim(ROOM, { kind: 'room' });
    const finder = new TargetFinder(xmpp, index, { maxPending: 40, maxPendingBytes: 100_000 });
    const found: (string | undefined)[] = [];
    await stream.recv(text('b1'));
    for (let i = 0; i < count; i++) {
      // In the room, and to us alone.
      const type = i % 2 ? 'chat' : 'groupchat';
      await stream.recv(text(`g${i}`, { from: `${ROOM}/n${i % 7}`, type, body: `${i}${more}` }));
    }
    for (const message of heard) {
      finder.later(message, { ref: 'late' }, ({ id }, facts) => found.push(id, facts.id));
    }
    expect([heard.length, finder.size <= 11]).toEqual([count + 1, true]);
    await stream.recv(text('late'));
    await stream.idle();
    expect(found).toEqual(['b1', 'late']);
    finder.dispose();
  });
});
