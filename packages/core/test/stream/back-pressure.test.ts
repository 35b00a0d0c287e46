import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { Callback, Waiter } from '../../src/stream/handlers.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

const messages = (count: number) => "<message from='bob@example.net/x'><body>x</body></message>".repeat(count);

/** A handler that finishes what it is given only when it is told. */
function slow(xmpp: TestXMPP, options: { sequential?: boolean } = {}) {
  const finish: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => finish.push(resolve));
  xmpp.registerHandler(new Callback('slow', new MatchPath('message'), wait, options));
  return finish;
}

describe('handlers that cannot keep up', () => {
  it('F6: pause the transport at 256 unhandled stanzas, and let it go on at half of them', async () => {
    const xmpp = await online();
    const finish = slow(xmpp);
    await xmpp.receive(messages(256));
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.receive(messages(1));
    expect(xmpp.wire.paused).toBe(true);
    for (const done of finish.splice(0, 128)) done();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.paused).toBe(true);
    for (const done of finish.splice(0, 1)) done();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.paused).toBe(false);
  });

  it('F6: pause it at 2 MiB, whatever the number', async () => {
    const xmpp = await online();
    slow(xmpp);
    const big = `<message from='bob@example.net/x'><body>${'x'.repeat(900_000)}</body></message>`;
    await xmpp.receive(big);
    await xmpp.receive(big);
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.receive(big);
    expect(xmpp.wire.paused).toBe(true);
  });

  it('pause it where they are sequential as well', async () => {
    const xmpp = await online({ maxUnhandled: 4 });
    const finish = slow(xmpp, { sequential: true });
    await xmpp.receive(messages(5));
    expect(xmpp.wire.paused).toBe(true);
    while (xmpp.wire.paused) {
      finish.shift()?.();
      await xmpp.manualClock.idle();
    }
    expect(finish.length).toBe(1);
  });

  it('F26: do not make us deaf where a sequential one never comes to an end: the session lives', async () => {
    const xmpp = await online({ maxUnhandled: 4, reconnect: false });
    const seen: unknown[] = [];
    xmpp.registerHandler(
      new Callback('stuck', new MatchPath('message'), () => new Promise(() => {}), { sequential: true }),
    );
    xmpp.onPresence(({ id }) => seen.push(id));
    xmpp.wire.onWrite = (text) => {
      const id = /<iq [^>]*id='([^']+)'/.exec(text)?.[1];
      if (id) queueMicrotask(() => xmpp.wire.receive(`<iq type='result' id='${id}' from='alice@example.org'/>`));
    };
    await xmpp.receive(messages(6));
    expect(xmpp.wire.paused).toBe(true);
    await xmpp.receive("<presence id='later' from='bob@example.net/x'/>");
    expect(seen).toEqual([]);
    await xmpp.manualClock.advance(70_000);
    expect(seen).toEqual(['later']);
    expect(xmpp.state).toBe('online');
    expect(xmpp.log.at('warn').filter((line) => line.includes('handler stuck'))).toEqual([
      'handler stuck has been running for a minute: does it wait for something for ever?',
    ]);
  });

  it('may ask and are answered: what somebody waits for is still read', async () => {
    const xmpp = await online({ maxUnhandled: 4 });
    const seen: unknown[] = [];
    xmpp.registerHandler(
      new Callback(
        'asks',
        new MatchPath('message'),
        async () => {
          const answer = await xmpp.request(xmpp.iq({ type: 'get', to: 'example.org' }));
          seen.push(answer.type);
        },
        { sequential: true },
      ),
    );
    xmpp.wire.onWrite = (text) => {
      const id = /id='([^']+)'/.exec(text)?.[1];
      if (text.startsWith('<iq type=')) {
        queueMicrotask(() => xmpp.wire.receive(`<iq type='result' id='${id}' from='example.org'/>`));
      }
    };
    await xmpp.receive(messages(12));
    for (let i = 0; i < 20; i++) await xmpp.manualClock.idle();
    expect(seen.length).toBe(12);
    expect(xmpp.wire.paused).toBe(false);
  });

  it('may wait for another stanza or event', async () => {
    for (const wait of [
      (xmpp: TestXMPP) => xmpp.wait('presence'),
      (xmpp: TestXMPP) => {
        const waiter = new Waiter('presence', new MatchPath('presence'), xmpp.clock);
        xmpp.registerHandler(waiter);
        return waiter.wait();
      },
    ]) {
      const xmpp = await online({ maxUnhandled: 2 });
      const seen: string[] = [];
      const presence = async () => {
        await wait(xmpp);
        seen.push('presence');
      };
      xmpp.registerHandler(new Callback('waits', new MatchPath('message'), presence, { sequential: true }));
      await xmpp.receive(messages(4));
      expect(xmpp.wire.paused).toBe(false);
      await xmpp.receive("<presence from='bob@example.net/x'/>");
      expect(seen.length).toBeGreaterThan(0);
    }
  });

  it('pause it when nobody waits any more', async () => {
    const xmpp = await online({ maxUnhandled: 2 });
    slow(xmpp);
    const controller = new AbortController();
    const asked = xmpp.request(xmpp.iq({ type: 'get', to: 'example.org' }), { signal: controller.signal });
    await xmpp.receive(messages(4));
    expect(xmpp.wire.paused).toBe(false);
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(xmpp.wire.paused).toBe(true);
  });

  it('pause it when what a waiter wanted has come, or a listener', async () => {
    const xmpp = await online({ maxUnhandled: 2 });
    slow(xmpp);
    const waiter = new Waiter('presence', new MatchPath('presence'), xmpp.clock);
    xmpp.registerHandler(waiter);
    const event = xmpp.wait('presenceUnavailable');
    await xmpp.receive(messages(4));
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.receive("<presence from='bob@example.net/x'/>");
    await waiter.wait();
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.receive("<presence from='bob@example.net/x' type='unavailable'/>");
    await event;
    expect(xmpp.wire.paused).toBe(true);
  });

  it('pause it even then at eight times the bound: the memory has an end', async () => {
    const xmpp = await online({ maxUnhandled: 2 });
    slow(xmpp);
    const asked = xmpp.request(xmpp.iq({ type: 'get', to: 'example.org' }), { timeout: 1_000 });
    const failed = expect(asked).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    await xmpp.receive(messages(17));
    expect(xmpp.wire.paused).toBe(true);
    await xmpp.manualClock.advance(1_000);
    await failed;
  });

  it('are not waited for more than a minute, which is said once', async () => {
    const xmpp = await online({ maxUnhandled: 2, keepAlive: false });
    slow(xmpp);
    await xmpp.receive(messages(3));
    expect(xmpp.wire.paused).toBe(true);
    await xmpp.manualClock.advance(61_000);
    expect(xmpp.wire.paused).toBe(false);
    const [paused, overdue, ...more] = xmpp.log.at('warn');
    expect(paused).toMatch(/^3 handlers have not come to an end: nothing more is read/);
    expect(overdue).toMatch(/^handler slow has been running for a minute/);
    expect(more).toEqual([]);
  });

  it('keep a new connection from flooding them, too', async () => {
    const xmpp = await online({ maxUnhandled: 2 });
    slow(xmpp);
    await xmpp.receive(messages(3));
    xmpp.wire.close();
    await xmpp.manualClock.advance(1_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.transports.length).toBe(2);
    expect(xmpp.wire.paused).toBe(true);
  });

  it('do not keep disconnect() from hearing the goodbye', async () => {
    const xmpp = await online({ maxUnhandled: 2 });
    slow(xmpp);
    await xmpp.receive(messages(3));
    expect(xmpp.wire.paused).toBe(true);
    await xmpp.disconnect();
    expect(xmpp.wire.destroyed).toBe(false);
    expect(xmpp.wire.ended).toBe(true);
  });

  it('have a bound that is one', () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => new TestXMPP({ maxUnhandled: value }), String(value)).toThrow(ConfigError);
    }
  });
});
