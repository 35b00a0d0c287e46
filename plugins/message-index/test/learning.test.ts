import { JID, type Message } from '@sestina/core';
import { useStreams } from '@sestina/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { MessageFacts } from '../src/index.js';
import { ACCOUNT, BOB, OWN, ROOM, sid, start, text } from './helpers.js';

const streams = useStreams(afterEach);
const bob = JID.parse(BOB).bare;
const room = JID.parse(ROOM);
const origin = (id: string): string => `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>`;
const replace = (id: string): string => `<replace xmlns='urn:xmpp:message-correct:0' id='${id}'/>`;

async function client(...args: Parameters<typeof start>) {
  const started = await start(...args);
  streams.keep(started.stream);
  const { index, xmpp } = started;
  const find = (id: string, kind: 'message' | 'origin' | 'stanza' = 'message', peer = bob) =>
    index.find(peer, { kind, id });
  /** The message as an archive of ours gives it. */
  const archived = (init: { id?: string; body: string; from?: string }, archiveId: string, archive = xmpp.account) =>
    xmpp.messages.deliver(xmpp.message({ from: BOB, to: OWN, type: 'chat', ...init } as never), {
      ...{ source: 'archive', archive, archiveId },
    });
  return { ...started, find, archived };
}

describe('what comes again', () => {
  it('tells what its archive calls it, and that is not told again by another one', async () => {
    const { stream, find, archived, index } = await client();
    await stream.recv(text('m1'));
    await archived({ id: 'm1', body: 'm1' }, 'a1');
    await archived({ id: 'm1', body: 'm1' }, 'b1', JID.parse('archive.example.org'));
    expect(await find('a1', 'stanza')).toMatchObject({ id: 'm1', archiveId: 'a1' });
    expect((await find('a1', 'stanza'))?.archive?.full).toBe(ACCOUNT);
    expect([await find('b1', 'stanza'), (await find('m1'))?.archiveId, index.size]).toEqual([undefined, 'a1', 1]);
  });

  it('has the id that it had, unless a room has given back what we said', async () => {
    const { stream, xmpp, find } = await client();
    xmpp.claim(ROOM, { kind: 'room' });
    const back = { body: 'hi', from: `${ROOM}/alice`, type: 'groupchat' };
    // Somebody else's, in a room.
    await stream.recv(text('r1', { ...back, more: origin('o1') }) + text('r2', { ...back, more: origin('o1') }));
    expect([(await find('r1', 'message', room))?.id, await find('r2', 'message', room)]).toEqual(['r1', undefined]);
    // Ours, to a contact.
    const sent = xmpp.message({ to: BOB, type: 'chat', body: 'mine', id: 'c1' });
    sent.originId = 'o2';
    await sent.send();
    await xmpp.messages.deliver(
      Object.assign(xmpp.message({ from: OWN, to: BOB, type: 'chat', body: 'mine', id: 'c2' }), { originId: 'o2' }),
      { source: 'archive', archive: xmpp.account, archiveId: 'a2' },
    );
    expect([(await find('c1'))?.archiveId, await find('c2')]).toEqual(['a2', undefined]);
    // Ours, to the room, which leaves the id away.
    xmpp.sendMessage({ to: ROOM, type: 'groupchat', body: 'to all', id: 'g1' });
    await stream.recv(
      `<message from='${ROOM}/alice' to='${OWN}' type='groupchat'><body>to all</body>${origin('g1')}${sid('k1', ROOM)}</message>`,
    );
    expect(await find('g1', 'message', room)).toMatchObject({ id: 'g1', archiveId: 'k1' });
    // And once more by another id, when it has a name there already.
    await stream.recv(text('g3', { ...back, body: 'to all', more: `${origin('g1')}${sid('k1', ROOM)}` }));
    expect(await find('g3', 'message', room)).toMatchObject({ originId: 'g1', archiveId: 'k1' });
    expect(await find('k1', 'stanza', room)).toMatchObject({ id: 'g3' });
  });
});

describe('what is forgotten', () => {
  it('takes its names with it, and leaves them to others that are called so', async () => {
    const { stream, find } = await client({ perStranger: 2 });
    await stream.recv(text('bot', { body: 'one', more: sid('a1') }) + text('bot', { body: 'two', more: sid('a2') }));
    expect(await find('bot')).toMatchObject({ ambiguous: true });
    await stream.recv(text('x', { more: origin('o') }));
    expect(await find('bot')).toMatchObject({ ambiguous: false, archiveId: 'a2' });
    expect([await find('a1', 'stanza'), (await find('a2', 'stanza'))?.id]).toEqual([undefined, 'bot']);
    await stream.recv(text('y') + text('z'));
    expect([await find('bot'), await find('a2', 'stanza'), await find('o', 'origin')]).toEqual(
      Array(3).fill(undefined),
    );
  });

  it('is what takes too many bytes', async () => {
    const { stream, xmpp, index } = await client({ maxBytes: 10_000 });
    xmpp.roster.of().apply([{ jid: bob, subscription: 'both' }]);
    const long = 'i'.repeat(700);
    for (let i = 0; i < 20; i++) await stream.recv(text(`${long}${i}`, { body: `${i}` }));
    // Of 2 × 700 for the id, and what an entry takes.
    expect(index.size).toBe(4);
    // Of strangers a tenth of that.
    for (let i = 0; i < 5; i++) await stream.recv(text(`e${i}`, { from: 'eve@evil.example' }));
    expect(index.size).toBe(5);
  });

  it('may be all but one', async () => {
    const { stream, find, index } = await client({
      ...{ perConversation: 1, total: 1, maxBytes: 100_000, perStranger: 1, strangers: 1 },
    });
    await stream.recv(text('m1') + text('m2'));
    expect([await find('m1'), (await find('m2'))?.id, index.size]).toEqual([undefined, 'm2', 1]);
  });
});

describe('who has written it', () => {
  it('counts where the latest messages are looked at, and for the first version', async () => {
    const { stream, xmpp, index, find } = await client();
    xmpp.sendMessage({ to: BOB, type: 'chat', body: 'mine', id: 'm1' });
    await stream.recv(text('m1', { body: 'his' }) + text('c1', { more: replace('m1') }));
    const author = { jid: bob };
    const found = await index.find(bob, 'm1', { author, last: 1 });
    expect([found?.way, found?.ambiguous]).toEqual(['in', false]);
    expect(await index.original((await find('c1')) as MessageFacts)).toBe(found);
    // His correction of what we have said is none.
    xmpp.sendMessage({ to: BOB, type: 'chat', body: 'other', id: 'm2' });
    await stream.recv(text('c2', { more: replace('m2') }));
    const forged = (await find('c2')) as MessageFacts;
    expect(await index.original(forged)).toBe(forged);
    expect(index.sameAuthor(author, forged.author)).toBe(true);
    expect(index.sameAuthor(author, { jid: JID.parse(ACCOUNT) })).toBe(false);
  });

  it('has said as much as has a text and corrects nothing', async () => {
    const { stream, index } = await client();
    const state = (id: string) =>
      `<message from='${BOB}' to='${OWN}' type='chat' id='${id}'><active xmlns='urn:x'/></message>`;
    await stream.recv(text('m1') + text('c1', { more: replace('m1') }) + text('c2', { more: replace('m1') }));
    await stream.recv(state('s1') + state('s2'));
    const author = { jid: bob };
    expect((await index.find(bob, 'm1', { author, last: 1 }))?.id).toBe('m1');
    await stream.recv(text('m2'));
    expect(await index.find(bob, 'm1', { author, last: 1 })).toBeUndefined();
    expect((await index.find(bob, 'm1', { author, last: 2 }))?.id).toBe('m1');
  });
});

it('what a component hears and says is in the conversation of that of its addresses', async () => {
  const { stream, xmpp, index, heard } = await client({}, { kind: 'component', jid: 'bot.example.org' });
  const one = JID.parse('one@bot.example.org');
  await stream.recv(text('m1', { to: 'one@bot.example.org' }));
  xmpp.sendMessage({ from: one, to: BOB, type: 'chat', body: 'mine', id: 'm2' });
  const found = await Promise.all(['m1', 'm2'].map((id) => index.find(bob, id, { account: one })));
  expect(found.map((facts) => [facts?.id, facts?.way])).toEqual([
    ['m1', 'in'],
    ['m2', 'out'],
  ]);
  expect(await index.find(bob, 'm1', { account: JID.parse('two@bot.example.org') })).toBeUndefined();
  expect(index.firstTime(heard[0] as Message)).toBe(true);
});

it('whether a message may be kept is known of it', async () => {
  const { stream, find } = await client();
  const hint = (name: string) => `<${name} xmlns='urn:xmpp:hints'/>`;
  await stream.recv(text('m1', { more: hint('no-store') }) + text('m2', { more: hint('store') }) + text('m3'));
  expect([(await find('m1'))?.noStore, (await find('m2'))?.noStore, (await find('m3'))?.noStore]).toEqual([
    ...[true, false, false],
  ]);
});
