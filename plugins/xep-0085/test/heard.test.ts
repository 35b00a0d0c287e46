import { describe, expect, it } from 'vitest';
import { ChatStates, NS_CHATSTATES } from '../src/index.js';
import { ACCOUNT, BALCONY, JULIET, OWN, ROOM, says, state, useConnections } from './helpers.js';

const start = useConnections();

const BODY = '<body>b</body>';

describe('the states of others', () => {
  it('are heard of when they change', async () => {
    const { stream, states, heard, changes } = await start();
    await stream.recv(says(BALCONY, state('composing')));
    expect(changes).toMatchObject([{ way: 'in', source: 'stream' }]);
    await stream.recv(says(BALCONY, state('composing')));
    await stream.recv(says(BALCONY, state('paused')));
    await stream.recv(says(BALCONY, BODY + state('active')));
    expect(heard()).toEqual([
      [JULIET, undefined, 'composing', false],
      [JULIET, 'composing', 'paused', false],
      [JULIET, 'paused', 'active', false],
    ]);
    expect(states.of(BALCONY).map(({ author, state: name }) => [`${author}`, name])).toEqual([[JULIET, 'active']]);
    expect(states.of('eve@evil.example')).toEqual([]);
  });

  it.each([
    ['two of them: the first counts', state('paused') + state('composing'), 'paused'],
    ['an unknown one', `<knitting xmlns='${NS_CHATSTATES}'/>`, undefined],
    ['an unknown one before one that is known', `<knitting xmlns='${NS_CHATSTATES}'/>${state('paused')}`, 'paused'],
    ['one of another namespace', "<composing xmlns='urn:x'/>", undefined],
  ])('never cost the message: %s', async (_what, inside, name) => {
    const { stream, xmpp, changes } = await start();
    const bodies: (string | undefined)[] = [];
    xmpp.on('message', ({ body }) => bodies.push(body));
    await stream.recv(says(BALCONY, BODY + inside));
    expect(bodies).toEqual(['b']);
    expect(changes.map(({ state: heard }) => heard)).toEqual(name ? [name] : []);
    expect(stream.errors).toEqual([]);
  });

  it.each([
    ['an error', says(BALCONY, `${state('composing')}<error type='cancel'/>`, { type: 'error' })],
    [
      'something delayed',
      says(BALCONY, `${state('composing')}<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>`),
    ],
    ['a normal message', says(BALCONY, state('composing'), { type: 'normal' })],
    ['ourselves', says(`${ACCOUNT}/phone`, state('composing'))],
    ['nobody', `<message type='chat'>${state('composing')}</message>`],
  ])('are none in %s', async (_what, stanza) => {
    const { stream, changes } = await start();
    await stream.recv(stanza);
    expect(changes).toEqual([]);
    expect(stream.clock.pending).toEqual([]);
  });

  it('are not those of an archive or of the history of a room', async () => {
    const { stream, xmpp, changes } = await start();
    for (const source of ['archive', 'history'] as const) {
      const message = xmpp.message({ from: BALCONY, to: OWN, type: 'chat', chatState: 'composing' });
      await Promise.all([xmpp.messages.deliver(message, { source, history: true }), stream.idle()]);
    }
    expect(changes).toEqual([]);
  });

  it('and our own on another device come by carbon', async () => {
    const { stream, xmpp, states, changes } = await start();
    for (const [from, to] of [
      [BALCONY, `${ACCOUNT}/phone`],
      [`${ACCOUNT}/phone`, BALCONY],
    ] as const) {
      const message = xmpp.message({ from, to, type: 'chat', chatState: 'composing' });
      await Promise.all([xmpp.messages.deliver(message, { source: 'carbon', by: xmpp.account }), stream.idle()]);
    }
    const told = changes.map(({ peer, author, way, source }) => [`${peer}`, `${author}`, way, source]);
    expect(told).toEqual([
      [JULIET, JULIET, 'in', 'carbon'],
      [JULIET, ACCOUNT, 'out', 'carbon'],
    ]);
    expect(states.of(JULIET).map(({ author }) => `${author}`)).toEqual([JULIET]);
    // What the other device was answered says nothing of who talks to this one.
    states.typed(JULIET);
    await stream.expectNothingSent();
  });
});

describe('who was composing', () => {
  it('is not any more, when nothing was heard for a while (XEP-0085 §8)', async () => {
    const { stream, states, heard } = await start();
    await stream.recv(says(BALCONY, state('composing')));
    await stream.clock.advance(59_999);
    await stream.recv(says(BALCONY, state('composing')));
    await stream.clock.advance(59_999);
    expect(heard()).toEqual([[JULIET, undefined, 'composing', false]]);
    await stream.clock.advance(1);
    expect(heard()).toEqual([[JULIET, 'composing', undefined, true]]);
    expect(states.of(JULIET)).toEqual([]);
    await stream.recv(says(BALCONY, state('paused')));
    await stream.clock.advance(1_000_000);
    expect(heard()).toEqual([[JULIET, undefined, 'paused', false]]);
  });

  it.each([
    ['says something without a state', says(BALCONY, BODY)],
    ['is gone', `<presence type='unavailable' from='${BALCONY}'/>`],
    ['is gone with all devices', `<presence type='unavailable' from='${JULIET}'/>`],
  ])('is not any more, when that one %s', async (_what, stanza) => {
    const { stream, states, heard } = await start();
    await stream.recv(says(BALCONY, state('composing')));
    await stream.recv(`<presence type='unavailable' from='${JULIET}/other'/>`);
    expect(states.of(JULIET)).toHaveLength(1);
    await stream.recv(stanza);
    expect(heard()).toEqual([
      [JULIET, undefined, 'composing', false],
      [JULIET, 'composing', undefined, true],
    ]);
    expect(states.of(JULIET)).toEqual([]);
    expect(stream.clock.pending).toEqual([]);
  });

  it('is not any more with the session, nor with the plugin', async () => {
    const lost = await start();
    await lost.stream.recv(says(BALCONY, state('composing')));
    lost.heard();
    await lost.stream.drop();
    expect(lost.heard()).toEqual([[JULIET, 'composing', undefined, true]]);
    const removed = await start();
    await removed.stream.recv(says(BALCONY, state('composing')));
    removed.xmpp.remove(ChatStates);
    expect(removed.stream.clock.pending).toEqual([]);
  });
});

describe('in a room', () => {
  it('each occupant has a state, and nobody is gone (XEP-0085 §5.5)', async () => {
    const { stream, xmpp, states, heard } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    for (const nick of ['nurse', 'friar']) {
      await stream.recv(says(`${ROOM}/${nick}`, state('composing'), { type: 'groupchat' }));
    }
    await stream.recv(says(`${ROOM}/nurse`, state('gone'), { type: 'groupchat' }));
    expect(states.of(ROOM).map(({ author }) => author.resource)).toEqual(['nurse', 'friar']);
    heard();
    await stream.recv(`<presence type='unavailable' from='${ROOM}/nurse'/>`);
    expect(heard()).toEqual([[`${ROOM}/nurse`, 'composing', undefined, true]]);
    expect(states.of(ROOM).map(({ author }) => author.resource)).toEqual(['friar']);
    await stream.expectNothingSent();
  });

  it('what it gives back of us is no news', async () => {
    const { stream, xmpp, changes } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    xmpp.messages.describe((message, context) => {
      if (message.from?.resource === 'romeo') context.way = 'out';
    });
    await stream.recv(says(`${ROOM}/romeo`, state('composing'), { type: 'groupchat' }));
    expect(changes).toEqual([]);
  });

  it('ten thousand who compose stay within bounds, and each that is dropped is told of', async () => {
    const { stream, xmpp, states, changes } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    for (let part = 0; part < 10; part++) {
      const all = Array.from({ length: 1_000 }, (_, index) =>
        says(`${ROOM}/n${part * 1_000 + index}`, state('composing'), { type: 'groupchat' }),
      );
      await stream.recv(all.join(''));
    }
    expect(states.of(ROOM)).toHaveLength(1_000);
    expect(stream.clock.pending).toHaveLength(1_000);
    expect(changes.filter(({ expired }) => expired)).toHaveLength(9_000);
  });
});

describe('strangers', () => {
  it('do not drive out contacts', async () => {
    const { stream, states, answers } = await start({ send: 'everybody' });
    await answers();
    const flood = Array.from({ length: 1_100 }, (_, index) =>
      says(`${index}@evil.example/x`, BODY + state('composing')),
    );
    await stream.recv(flood.join(''));
    expect(states.of(JULIET)).toHaveLength(1);
    expect(states.of('0@evil.example')).toEqual([]);
    expect(states.of('1099@evil.example')).toHaveLength(1);
    expect(stream.clock.pending).toHaveLength(100);
    // That she has answered is not forgotten either.
    states.typed(JULIET);
    expect((await stream.nextSent()).attribute('to')).toBe(JULIET);
  });
});
