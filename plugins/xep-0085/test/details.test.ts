import { describe, expect, it } from 'vitest';
import { ChatStates, NS_CHATSTATES } from '../src/index.js';
import { PeerTable } from '../src/peer-table.js';
import { ACCOUNT, alone, BALCONY, content, JULIET, OWN, ROOM, says, state, useConnections } from './helpers.js';

const start = useConnections();
const BODY = '<body>b</body>';
const unavailable = (from: string, to = OWN): string => `<presence type='unavailable' from='${from}' to='${to}'/>`;

describe('our state', () => {
  it('is active where something was said otherwise, and inactive after a while', async () => {
    const { stream, states, answers } = await start();
    await answers();
    states.sent(JULIET);
    states.focus(JULIET);
    await stream.expectNothingSent();
    expect(stream.clock.pending).toMatchObject([{ background: true }]);
    await stream.clock.advance(120_000);
    await stream.expectSent(alone(JULIET, 'inactive'));
  });

  it('is inactive after a while of looking, and not where it was told to be paused', async () => {
    const { stream, states, answers } = await start();
    await answers();
    states.focus(JULIET);
    await stream.expectSent(alone(JULIET, 'active'));
    await stream.clock.advance(119_999);
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    await stream.expectSent(alone(JULIET, 'inactive'));
    await states.send(JULIET, 'paused');
    await stream.expectSent(alone(JULIET, 'paused'));
    expect(stream.clock.pending).toEqual([]);
  });

  it('is inactive at once where that comes no later than paused', async () => {
    const { stream, states, answers } = await start({ pausedAfter: 20_000, inactiveAfter: 10_000 });
    await answers();
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
    await stream.clock.advance(20_000);
    await stream.clock.advance(0);
    await stream.idle();
    expect(stream.sent.slice(-2).map((xml) => xml.firstElement?.name)).toEqual(['paused', 'inactive']);
  });

  it('is told no more where somebody has given up, or the session is over', async () => {
    const { stream, states, answers } = await start();
    await answers();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(states.send(JULIET, 'paused', { signal })).rejects.toThrow('enough');
    await stream.expectNothingSent();
    await stream.disconnect();
    states.typed(JULIET);
    expect([await states.send(JULIET, 'active'), stream.clock.pending.length]).toEqual([false, 1]);
  });

  it('waits no longer than may be to find out who may know, and says what it waits for', async () => {
    const { stream, states, answers } = await start({ send: () => new Promise<boolean>(() => {}) });
    await answers();
    const late = states.send(JULIET, 'paused', { timeout: 1_000 }).catch((error: unknown) => error);
    await stream.idle();
    await stream.clock.advance(1_000);
    expect(await late).toMatchObject({
      code: 'ERR_TIMEOUT',
      message: expect.stringContaining(`whether ${JULIET} may know`),
    });
  });

  it('is of no plugin that was removed', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers();
    xmpp.remove(ChatStates);
    for (const act of ['typed', 'sent', 'focus', 'blur', 'close'] as const) states[act](JULIET);
    expect(stream.clock.pending).toEqual([]);
    await stream.expectNothingSent();
  });

  it('has a thread of 256 characters, until the conversation is over', async () => {
    const { stream, xmpp, states } = await start();
    const thread = 't'.repeat(256);
    const more = `<thread>${thread}</thread>`;
    await stream.recv(says(BALCONY, `${BODY}${more}${state('active')}`));
    states.typed(BALCONY);
    await stream.expectSent(alone(BALCONY, 'composing', { more }), { anyOrder: true });
    await stream.recv(says(BALCONY, `${BODY}${more}${state('gone')}`));
    states.blur(BALCONY);
    await stream.expectSent(alone(BALCONY, 'inactive'));
    xmpp.sendMessage({ to: BALCONY, type: 'chat', body: 'b', thread: 'mine' });
    await stream.nextSent();
    states.typed(BALCONY);
    await stream.expectSent(alone(BALCONY, 'composing', { more: '<thread>mine</thread>' }), { anyOrder: true });
    xmpp.sendMessage({ to: BALCONY, type: 'chat', chatState: 'gone' });
    await stream.nextSent();
    states.typed(BALCONY);
    await stream.expectSent(alone(BALCONY, 'composing'));
  });

  it('goes where the last message went', async () => {
    const { stream, states, answers } = await start();
    await answers();
    states.typed(BALCONY);
    await stream.expectSent(alone(BALCONY, 'composing'));
    states.blur(JULIET);
    await stream.expectSent(alone(JULIET, 'inactive'));
  });

  it('is not begun by a message that says nothing', async () => {
    const { stream, xmpp, states, answers } = await start();
    xmpp.sendMessage({ to: JULIET, type: 'chat', chatState: 'gone' });
    await stream.nextSent();
    await answers();
    // Nothing was noted of it: gone is told, since it was not told in this conversation.
    expect(await states.send(JULIET, 'gone')).toBe(true);
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', chatState: 'paused' });
    await stream.nextSent();
    await stream.nextSent();
    expect(await states.send(JULIET, 'paused')).toBe(false);
  });
});

describe('who has answered', () => {
  it('is gone with that resource, or with all, and not with another account', async () => {
    for (const [gone, told] of [
      [BALCONY, 0],
      [JULIET, 0],
      [`${JULIET}/phone`, 1],
      ['nurse@capulet.example', 1],
    ] as const) {
      const { stream, states, answers } = await start({ send: 'everybody' });
      await answers();
      await stream.recv(unavailable(gone));
      states.typed(JULIET);
      await stream.idle();
      expect([gone, stream.sent.filter((xml) => xml.child('composing', NS_CHATSTATES)).length]).toEqual([gone, told]);
    }
  });

  it('is gone for the address of a component that hears of it, and for no other', async () => {
    const { stream, states } = await start({ send: 'everybody' }, { kind: 'component', jid: 'echo.example' });
    const [nurse, friar] = ['nurse@echo.example', 'friar@echo.example'];
    for (const to of [nurse, friar]) await stream.recv(says(BALCONY, BODY + state('composing'), { to }));
    await stream.recv(unavailable(BALCONY, nurse));
    for (const from of [nurse, friar]) states.typed(JULIET, { from });
    await stream.expectSent(alone(JULIET, 'composing', { from: friar }));
    await stream.expectNothingSent();
    expect([nurse, friar].map((from) => states.of(JULIET, { from }).length)).toEqual([0, 1]);
  });

  it('is not who only announces himself, or says something to a room', async () => {
    const { stream, xmpp, states } = await start({ rooms: true });
    await stream.recv(`<presence from='${BALCONY}'/>`);
    xmpp.claim(ROOM, { kind: 'room' });
    await stream.recv(says(`${ROOM}/nurse`, BODY, { type: 'groupchat' }));
    // A room is told nevertheless: whoever is there may know.
    states.typed(ROOM);
    await stream.expectSent(alone(ROOM, 'composing', { type: 'groupchat' }));
    states.typed(JULIET);
    await stream.expectNothingSent();
  });

  it('is not who sends what is neither words nor a state', async () => {
    const { stream, states, answers } = await start();
    await answers();
    await stream.recv(says(BALCONY, `<x xmlns='urn:x'/>`));
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
  });
});

describe('what others do', () => {
  it('stays in one conversation where another is closed', async () => {
    const { stream, states } = await start();
    for (const from of [BALCONY, 'nurse@capulet.example/x']) await stream.recv(says(from, state('composing')));
    states.close('nurse@capulet.example');
    expect([states.of(JULIET).length, states.of('nurse@capulet.example')]).toEqual([1, []]);
    expect(stream.clock.pending.every(({ background }) => background)).toBe(true);
  });

  it('ends without a word where they did not compose, and once where the plugin is removed', async () => {
    const { stream, xmpp, states, heard } = await start();
    await stream.recv(says(BALCONY, state('paused')));
    await stream.recv(says('nurse@capulet.example/x', state('composing')));
    heard();
    await stream.recv(says(BALCONY, BODY) + unavailable(BALCONY));
    expect([heard(), states.of(JULIET)]).toEqual([[], []]);
    xmpp.remove(ChatStates);
    await stream.idle();
    expect([heard(), stream.clock.pending]).toEqual([[['nurse@capulet.example', 'composing', undefined, true]], []]);
  });

  it('is nothing to a plugin that is removed without a session', async () => {
    const { stream, xmpp, states } = await start();
    await stream.disconnect();
    states.typed(JULIET);
    expect(stream.clock.pending).toHaveLength(1);
    xmpp.remove(ChatStates);
    expect(stream.clock.pending).toEqual([]);
  });

  it('goes on with a message that says neither words nor a state', async () => {
    const { stream, states } = await start();
    await stream.recv(says(BALCONY, state('composing')) + says(BALCONY, `<x xmlns='urn:x'/>`));
    expect(states.of(JULIET).map(({ state: name }) => name)).toEqual(['composing']);
  });

  it('by carbon is of us where we have said so, in a conversation with them', async () => {
    const { xmpp, stream, states, changes } = await start();
    const message = xmpp.message({ from: `${ACCOUNT}/phone`, to: BALCONY, type: 'chat', body: 'b', chatState: 'gone' });
    await Promise.all([xmpp.messages.deliver(message, { source: 'carbon', by: xmpp.account }), stream.idle()]);
    expect(changes).toMatchObject([{ way: 'out', state: 'gone', source: 'carbon' }]);
    expect([`${changes[0]?.author}`, states.of(JULIET)]).toEqual([ACCOUNT, []]);
  });
});

it('what is kept of a conversation is bounded to the byte', () => {
  const dropped: string[] = [];
  const table = new PeerTable<string>((value) => dropped.push(value));
  // A hundred strangers have 200,000 bytes.
  const key = (index: number): string => `${index}`.padEnd(750, 'x');
  for (let i = 0; i < 50; i++) table.set(key(i), `${i}`, false);
  expect(dropped).toEqual([]);
  table.set(key(50), '50', false);
  expect(dropped).toEqual(['0']);
});

it('a message of a room that is sent says that we are active there, and an occupant is told apart', async () => {
  const { stream, xmpp, states } = await start({ rooms: true, send: 'everybody' });
  xmpp.claim(ROOM, { kind: 'room' });
  await stream.recv(says(`${ROOM}/nurse`, BODY + state('active'), { type: 'chat' }));
  xmpp.sendMessage({ to: ROOM, type: 'groupchat', body: 'b' });
  await stream.expectSent(content(ROOM, 'active', { type: 'groupchat' }));
  expect(await states.send(`${ROOM}/friar`, 'paused')).toBe(false);
  expect(await states.send(`${ROOM}/nurse`, 'paused')).toBe(true);
});
