import { describe, expect, it } from 'vitest';
import { DisconnectedError } from '../../src/errors.js';
import { Callback } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { BaseXMPP } from '../../src/xmpp/base-xmpp.js';
import { Plugin } from '../../src/xmpp/plugins/plugin.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, record, type TestXMPP } from '../helpers/stream-xmpp.js';
import { BOB, Ping, ping, Version } from './requests.js';

watchRejections();

describe('what a plugin registers', () => {
  class Greedy extends Plugin {
    static override readonly id = 'greedy';
    static override readonly inject = [BaseXMPP] as const;
    static fails = false;

    constructor(xmpp: BaseXMPP) {
      super();
      this.own(
        xmpp.on('message', () => {}),
        xmpp.once('presence', () => {}),
        xmpp.onIq('get', Ping, () => {}),
        xmpp.onMessage(() => {}, { payload: Version }),
        xmpp.onPresence(() => {}),
        xmpp.registerHandler(new Callback('greedy', new MatchPath('message'), () => {})),
        xmpp.registerStanza(Version),
        xmpp.advertise('urn:example:greedy'),
        xmpp.schedule('greedy', 1_000, () => {}, { repeat: true }),
        xmpp.addFilter('in', () => undefined),
        xmpp.addFilter('out', () => undefined),
        xmpp.addFilter('outSync', () => undefined),
        xmpp.keepSession({ keeps: () => true }),
        xmpp.onWritten(() => {}),
      );
      if (Greedy.fails) throw new Error('constructor');
    }
  }

  const inventory = (xmpp: TestXMPP) => ({
    handlers: xmpp.handlers,
    features: [...xmpp.advertised],
    scheduled: xmpp.scheduled,
    listeners: (['message', 'presence'] as const).map((name) => xmpp.listenerCount(name)),
    timers: xmpp.manualClock.pending,
    plugins: xmpp.plugins.ids,
  });

  /** A message comes in, one goes out, a ping is asked: as if there had never been a filter or a handler. */
  async function expectUntouched(xmpp: TestXMPP): Promise<void> {
    xmpp.wire.take();
    const seen = record(xmpp, 'message');
    await xmpp.receive(`<message from='${BOB}'><body>x</body></message>${ping('p1')}`);
    expect(seen).toEqual(['message']);
    expect(xmpp.wire.take()).toContain('<service-unavailable');
    expect(await xmpp.sendMessage({ to: BOB, body: 'x' })).toBe('written');
    const ended = xmpp.wait('sessionEnd');
    xmpp.wire.close();
    await ended;
  }

  it('is gone when it is removed', async () => {
    const xmpp = await online();
    const before = inventory(xmpp);
    Greedy.fails = false;
    xmpp.use(Greedy);
    expect(inventory(xmpp)).not.toEqual(before);
    expect(xmpp.remove(Greedy)).toBe(true);
    expect(xmpp.remove(Greedy)).toBe(false);
    expect(inventory(xmpp)).toEqual(before);
    await expectUntouched(xmpp);
  });

  it('is gone where its constructor throws', async () => {
    const xmpp = await online();
    const before = inventory(xmpp);
    Greedy.fails = true;
    expect(() => xmpp.use(Greedy)).toThrow('constructor');
    Greedy.fails = false;
    expect(inventory(xmpp)).toEqual(before);
    await expectUntouched(xmpp);
  });

  it('is gone when the connection object is disposed of', async () => {
    const xmpp = await online();
    Greedy.fails = false;
    xmpp.use(Greedy);
    await xmpp.dispose();
    expect(() => xmpp.use(Greedy)).toThrow(DisconnectedError);
    expect(inventory(xmpp)).toEqual({
      handlers: [],
      features: [],
      scheduled: [],
      listeners: [0, 0],
      timers: 0,
      plugins: [],
    });
  });
});
