import { EntityCapabilities } from '@sestina/xep-0115';
import { describe, expect, it, vi } from 'vitest';
import { ChatStates, NS_CHATSTATES } from '../src/index.js';
import { ACCOUNT, alone, BALCONY, content, JULIET, ROOM, says, state, useConnections } from './helpers.js';

const start = useConnections();

describe('composing', () => {
  it('is told once, whatever is typed, then paused, then inactive (XEP-0085 §5.3)', async () => {
    const { stream, states, answers } = await start();
    await answers();
    for (let key = 0; key < 100; key++) states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
    await stream.clock.advance(29_999);
    states.typed(JULIET);
    await stream.clock.advance(29_999);
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    await stream.expectSent(alone(JULIET, 'paused'));
    await stream.clock.advance(90_000);
    await stream.expectSent(alone(JULIET, 'inactive'));
    expect(stream.clock.pending).toEqual([]);
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
  });

  it('ends with the message, which is active, and nothing comes late', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers();
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    await stream.expectSent(content(JULIET, 'active'));
    await stream.clock.advance(119_999);
    await stream.expectNothingSent();
    await stream.clock.advance(1);
    await stream.expectSent(alone(JULIET, 'inactive'));
    await stream.clock.advance(1_000_000);
    await stream.expectNothingSent();
  });

  it('is not told after a message that was sent while it was found out who may know', async () => {
    let admit = (_yes: boolean): void => {};
    const send = (): Promise<boolean> => new Promise((resolve) => (admit = resolve));
    const { stream, xmpp, states, answers } = await start({ send });
    await answers();
    states.typed(JULIET);
    await stream.idle();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    admit(true);
    await stream.expectSent(content(JULIET, 'active'));
    await stream.expectNothingSent();
  });

  it('carries the thread that the other side has used, and no endless one', async () => {
    const { stream, states } = await start();
    await stream.recv(says(BALCONY, `<body>b</body><thread>t1</thread>${state('active')}`));
    states.typed(BALCONY);
    await stream.expectSent(alone(BALCONY, 'composing', { more: '<thread>t1</thread>' }), { anyOrder: true });
    await stream.recv(says(BALCONY, `<body>b</body><thread>${'t'.repeat(300)}</thread>${state('active')}`));
    states.blur(BALCONY);
    await stream.expectSent(alone(BALCONY, 'inactive'));
  });

  it('is forgotten with the session, and with the plugin', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers();
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
    xmpp.remove(ChatStates);
    expect(stream.clock.pending).toEqual([]);
    await stream.clock.advance(1_000_000);
    await stream.expectNothingSent();
    await expect(states.send(JULIET, 'active')).rejects.toThrow('xep-0085 was removed');
    expect([...xmpp.advertised]).toEqual([]);

    const lost = await start();
    await lost.answers();
    lost.states.typed(JULIET);
    await lost.stream.expectSent(alone(JULIET, 'composing'));
    await lost.stream.drop();
    expect(lost.stream.clock.pending).toEqual([]);
    lost.states.typed(JULIET);
    expect(await lost.states.send(JULIET, 'paused')).toBe(false);
  });
});

describe('looking, and closing', () => {
  it('are active and inactive, each once', async () => {
    const { stream, states, answers } = await start();
    await answers();
    states.focus(JULIET);
    states.focus(JULIET);
    await stream.expectSent(alone(JULIET, 'active'));
    states.blur(JULIET);
    await stream.expectSent(alone(JULIET, 'inactive'));
    states.blur(JULIET);
    await stream.expectNothingSent();
  });

  it.each([
    [false, 'inactive'],
    [true, 'gone'],
  ] as const)('closing tells it as the option says: gone %s', async (gone, name) => {
    const { stream, states, answers } = await start({ gone });
    await answers();
    expect(states.of(JULIET)).toHaveLength(1);
    states.close(JULIET);
    await stream.expectSent(alone(JULIET, name));
    expect(states.of(JULIET)).toEqual([]);
    expect(stream.clock.pending).toEqual([]);
    // Another conversation, of which nothing is known.
    states.typed(JULIET);
    await stream.expectNothingSent();
  });

  it('says whether it was told; a message that is lost harms nobody', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers();
    expect([await states.send(JULIET, 'paused'), await states.send(JULIET, 'paused')]).toEqual([true, false]);
    const failed: string[] = [];
    xmpp.on('sendFailed', ({ error }) => failed.push(error.reason));
    xmpp.addFilter('out', () => undefined);
    states.focus(JULIET);
    states.typed(JULIET);
    await stream.idle();
    expect(failed).toEqual(['dropped']);
  });
});

describe('who knows no states', () => {
  it('gets active with messages until the answer has none, and then nothing until it has (XEP-0085 §5.1)', async () => {
    const { stream, xmpp, states, answers } = await start();
    const send = async (name?: 'active'): Promise<void> => {
      xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
      await stream.expectSent(content(JULIET, name));
    };
    states.typed(JULIET);
    await stream.expectNothingSent();
    await send('active');
    await send('active');
    await stream.recv(says(BALCONY, '<body>b</body>'));
    await send();
    states.typed(JULIET);
    await stream.expectNothingSent();
    await answers();
    await send('active');
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
  });

  it('may be another device, when the one that has answered is gone', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers();
    await stream.recv(`<presence type='unavailable' from='${JULIET}/other'/>`);
    states.typed(JULIET);
    await stream.expectSent(alone(JULIET, 'composing'));
    await stream.recv(`<presence type='unavailable' from='${BALCONY}'/>`);
    states.blur(JULIET);
    await stream.expectNothingSent();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    await stream.expectSent(content(JULIET, 'active'));
  });

  it('is known by capabilities, before any answer', async () => {
    const { stream, xmpp, states } = await start({}, { plugins: [EntityCapabilities] });
    for (const [resource, features] of [
      ['balcony', [NS_CHATSTATES]],
      ['chamber', ['urn:x']],
    ] as const) {
      const to = `${JULIET}/${resource}`;
      const caps = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:x' ver='${resource}='/>`;
      await stream.recv(`<presence from='${to}'>${caps}</presence>`);
      stream.skipSent();
      void xmpp.plugin(EntityCapabilities).info(to);
      const question = await stream.nextSent();
      const node = question.child('query')?.attribute('node') ?? question.firstElement?.attribute('node');
      const list = features.map((feature) => `<feature var='${feature}'/>`).join('');
      await stream.recvResult(
        question,
        `<query xmlns='http://jabber.org/protocol/disco#info' node='${node}'>${list}</query>`,
      );
      await vi.waitFor(() => expect(xmpp.plugin(EntityCapabilities).known(to)).toBeDefined());
    }
    await stream.idle();
    stream.skipSent();
    states.typed(BALCONY);
    await stream.expectSent(alone(BALCONY, 'composing'));
    states.typed(`${JULIET}/chamber`);
    await stream.expectNothingSent();
    xmpp.sendMessage({ to: `${JULIET}/chamber`, type: 'chat', body: 'b' });
    await stream.expectSent(content(`${JULIET}/chamber`));
  });
});

describe('who may know', () => {
  it('is no stranger, though active rides on what they are sent', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers('eve@evil.example/x');
    states.typed('eve@evil.example');
    await stream.expectNothingSent();
    xmpp.sendMessage({ to: 'eve@evil.example', type: 'chat', body: 'b' });
    await stream.expectSent(content('eve@evil.example', 'active'));
    const all = await start({ send: 'everybody' });
    await all.answers('eve@evil.example/x');
    all.states.typed('eve@evil.example');
    await all.stream.expectSent(alone('eve@evil.example', 'composing'));
  });

  it('is nobody where the option says so, and then the feature is not announced', async () => {
    const { stream, xmpp, states, answers } = await start({ send: 'nobody' });
    expect([...xmpp.advertised]).toEqual([]);
    await answers();
    states.typed(JULIET);
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b' });
    await stream.expectSent(content(JULIET));
    await stream.expectNothingSent();
  });

  it('is not ourselves, and no state is for what is no conversation (XEP-0085 §5.4)', async () => {
    const { stream, xmpp, states } = await start();
    states.typed(ACCOUNT);
    for (const [to, type] of [
      [ACCOUNT, 'chat'],
      [JULIET, 'normal'],
      [JULIET, 'headline'],
    ] as const) {
      xmpp.sendMessage({ to, type, body: 'b' });
      await stream.expectSent(content(to, undefined, { type }));
    }
    await stream.expectNothingSent();
  });
});

describe('rooms', () => {
  it('are told nothing unless that is wanted', async () => {
    const { stream, xmpp, states } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    states.typed(ROOM);
    xmpp.sendMessage({ to: ROOM, type: 'groupchat', body: 'b' });
    await stream.expectSent(content(ROOM, undefined, { type: 'groupchat' }));
    await stream.expectNothingSent();
  });

  it('are told everything but that we are gone (XEP-0085 §5.5)', async () => {
    const { stream, xmpp, states } = await start({ rooms: true, gone: true });
    xmpp.claim(ROOM, { kind: 'room' });
    states.typed(ROOM);
    await stream.expectSent(alone(ROOM, 'composing', { type: 'groupchat' }));
    xmpp.sendMessage({ to: ROOM, type: 'groupchat', body: 'b' });
    await stream.expectSent(content(ROOM, 'active', { type: 'groupchat' }));
    expect(await states.send(ROOM, 'gone')).toBe(false);
    states.close(ROOM);
    await stream.expectSent(alone(ROOM, 'inactive', { type: 'groupchat' }));
  });

  it('have occupants with whom one talks in private', async () => {
    const { stream, xmpp, states, answers } = await start();
    xmpp.claim(ROOM, { kind: 'room' });
    await answers(`${ROOM}/nurse`);
    states.typed(`${ROOM}/nurse`);
    await stream.expectSent(
      `<message id='*' to='${ROOM}/nurse' type='chat'>${state('composing')}<no-store xmlns='urn:xmpp:hints'/><x xmlns='http://jabber.org/protocol/muc#user'/></message>`,
    );
    states.typed(`${ROOM}/friar`);
    await stream.expectNothingSent();
  });
});

describe('a stranger who marks messages as those of a room', () => {
  it('learns nothing by that', async () => {
    const { stream, xmpp, states } = await start();
    // As XEP-0045 takes it.
    xmpp.messages.describe((message, context) => {
      const { from } = message;
      if (context.way === 'in' && from) Object.assign(context, { kind: 'private', peer: from, author: { jid: from } });
    });
    await stream.recv(says('eve@evil.example/x', `<body>b</body>${state('active')}`));
    states.typed('eve@evil.example/x');
    expect(await states.send('eve@evil.example/x', 'paused')).toBe(false);
    await stream.expectNothingSent();
  });
});

describe('a component', () => {
  it('has conversations at each of its addresses', async () => {
    const { stream, states } = await start({ send: 'everybody' }, { kind: 'component', jid: 'echo.example' });
    await stream.recv(says(BALCONY, `<body>b</body>${state('active')}`, { to: 'nurse@echo.example' }));
    states.typed(JULIET, { from: 'nurse@echo.example' });
    await stream.expectSent(alone(JULIET, 'composing', { from: 'nurse@echo.example' }));
    states.typed(JULIET, { from: 'friar@echo.example' });
    states.typed(JULIET);
    await stream.expectNothingSent();
    expect(states.of(JULIET, { from: 'nurse@echo.example' })).toHaveLength(1);
    expect(states.of(JULIET)).toEqual([]);
  });
});

describe('a state of the application', () => {
  it('stays, and counts as told', async () => {
    const { stream, xmpp, states, answers } = await start();
    await answers();
    xmpp.sendMessage({ to: JULIET, type: 'chat', body: 'b', chatState: 'gone' });
    await stream.expectSent(content(JULIET, 'gone'));
    xmpp.sendMessage({ to: JULIET, type: 'chat', chatState: 'composing' });
    await stream.expectSent(`<message id='*' to='${JULIET}' type='chat'>${state('composing')}</message>`);
    states.typed(JULIET);
    await stream.expectNothingSent();
  });
});

describe('options', () => {
  it.each(['pausedAfter', 'inactiveAfter', 'expireAfter'])('are times: %s', async (name) => {
    for (const value of [0, -1, Number.NaN]) {
      await expect(start({ [name]: value })).rejects.toThrow(`${name} is a number of milliseconds above 0`);
    }
  });
});
