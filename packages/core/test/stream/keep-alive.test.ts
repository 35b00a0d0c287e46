import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { Callback } from '../../src/stream/handlers.js';
import { KeepAlive, type KeepAliveOptions } from '../../src/stream/keep-alive.js';
import { ConnectionLostError } from '../../src/stream/link-errors.js';
import { MatchPath } from '../../src/stream/matchers.js';
import { ManualClock } from '../helpers/stream-clock.js';
import { watchRejections } from '../helpers/stream-rejections.js';
import { online, TestXMPP } from '../helpers/stream-xmpp.js';

watchRejections();

function watched(options: KeepAliveOptions = {}) {
  const clock = new ManualClock();
  const asked: number[] = [];
  const dead: number[] = [];
  const woke: number[] = [];
  const keepAlive = new KeepAlive(clock, options, {
    ask: () => asked.push(clock.monotonic()),
    dead: () => dead.push(clock.monotonic()),
    woke: () => woke.push(clock.monotonic()),
  });
  keepAlive.start();
  return { clock, asked, dead, woke, keepAlive };
}

describe('silence', () => {
  it('is asked about after the interval, and is death after the timeout', async () => {
    const { clock, asked, dead } = watched();
    await clock.advance(59_999);
    expect(asked).toEqual([]);
    await clock.advance(30_000);
    expect(asked).toEqual([60_000]);
    expect(dead).toEqual([]);
    await clock.advance(1);
    expect(dead).toEqual([90_000]);
    expect(clock.pending).toBe(0);
  });

  it('is broken by any traffic, before the question and after', async () => {
    const { clock, asked, dead, keepAlive } = watched();
    for (let i = 0; i < 20; i++) {
      await clock.advance(50_000);
      keepAlive.heard();
    }
    expect(asked).toEqual([]);
    await clock.advance(60_000);
    expect(asked.length).toBe(1);
    keepAlive.heard();
    await clock.advance(59_000);
    expect(asked.length).toBe(1);
    await clock.advance(1_000);
    expect(asked.length).toBe(2);
    expect(dead).toEqual([]);
  });

  it('takes one timer, or none when it is not watched', async () => {
    const { clock, keepAlive } = watched();
    for (let i = 0; i < 200; i++) {
      expect(clock.pending).toBe(1);
      if (i % 3 === 0) keepAlive.heard();
      if (i % 7 === 0) keepAlive.probe();
      await clock.advance(9_000);
    }
    keepAlive.stop();
    expect(clock.pending).toBe(0);
  });

  it('is asked about at once where there is a doubt, and only once', async () => {
    const { clock, asked, dead, keepAlive } = watched();
    await clock.advance(5_000);
    keepAlive.probe();
    keepAlive.probe();
    expect(asked).toEqual([5_000]);
    await clock.advance(30_000);
    expect(dead).toEqual([35_000]);
    keepAlive.probe();
    expect(asked.length).toBe(1);
  });
});

describe('a program that stood still', () => {
  it('F22: asks once more before it believes that the peer is gone', async () => {
    const { clock, asked, dead } = watched();
    await clock.advance(60_000);
    expect(asked.length).toBe(1);
    await clock.stall(60_000);
    expect(dead).toEqual([]);
    expect(asked).toEqual([60_000, 120_000]);
    await clock.advance(30_000);
    expect(dead).toEqual([150_000]);
  });

  it('F22: does not go on asking for ever', async () => {
    const { clock, dead } = watched();
    await clock.advance(60_000);
    await clock.stall(60_000);
    await clock.stall(60_000);
    expect(dead.length).toBe(1);
  });

  it('F21: asks when it wakes up, however short the silence seems', async () => {
    const { clock, asked, dead } = watched();
    await clock.advance(1_000);
    await clock.stall(600_000);
    expect(asked).toEqual([601_000]);
    expect(dead).toEqual([]);
  });

  it.each([
    { timeout: 30_000, late: 15_000 },
    { timeout: 1_000, late: 1_000 },
  ])(
    'was not asleep where a timer was late by half of a timeout of $timeout ms, or a second',
    async ({ timeout, late }) => {
      const { clock, woke } = watched({ timeout });
      await clock.stall(60_000 + late);
      expect(woke).toEqual([]);
      const other = watched({ timeout });
      await other.clock.stall(60_000 + late + 1);
      expect(other.woke).toEqual([60_000 + late + 1]);
    },
  );

  it('does not ask twice because a timer came a little early', async () => {
    const clock = new ManualClock();
    let shift = 0;
    const early = new (class extends ManualClock {
      override monotonic(): number {
        return clock.monotonic() - shift;
      }
      override setTimer(delay: number, callback: () => void) {
        return clock.setTimer(delay, callback);
      }
    })();
    const dead: number[] = [];
    const keepAlive = new KeepAlive(
      early,
      {},
      { ask: () => {}, woke: () => {}, dead: () => dead.push(clock.monotonic()) },
    );
    keepAlive.start();
    await clock.advance(60_000);
    // As setTimeout does, measured by another clock.
    shift = 0.6;
    await clock.advance(30_000);
    expect(dead).toEqual([90_000]);
  });
});

describe('a shorter interval', () => {
  it('counts from the last thing heard, until it is taken back; the shortest of several wins', async () => {
    const { clock, asked, keepAlive } = watched();
    await clock.advance(5_000);
    const one = keepAlive.atMost(20_000);
    const other = keepAlive.atMost(10_000);
    expect(clock.pending).toBe(1);
    await clock.advance(5_000);
    expect(asked).toEqual([10_000]);
    keepAlive.heard();
    other.dispose();
    await clock.advance(40_000);
    expect(asked).toEqual([10_000, 30_000]);
    keepAlive.heard();
    one.dispose();
    await clock.advance(59_999);
    expect(asked.length).toBe(2);
    await clock.advance(1);
    expect(asked).toEqual([10_000, 30_000, 110_000]);
    expect(clock.pending).toBe(1);
  });

  it('asks at once where the silence is longer already, and never lengthens the interval', async () => {
    const { clock, asked, keepAlive } = watched();
    await clock.advance(30_000);
    keepAlive.atMost(500_000);
    keepAlive.atMost(20_000);
    await clock.advance(0);
    expect(asked).toEqual([30_000]);
  });

  it('is a number of milliseconds, and watches nothing that is not watched', async () => {
    const { clock, keepAlive, asked } = watched();
    for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => keepAlive.atMost(wrong), String(wrong)).toThrow(ConfigError);
    }
    keepAlive.stop();
    keepAlive.atMost(1_000);
    expect(clock.pending).toBe(0);
    const xmpp = await online({ keepAlive: false });
    xmpp.keepAlive.atMost(1_000);
    expect(xmpp.manualClock.pending).toBe(0);
    expect(asked).toEqual([]);
  });
});

describe('on a stream', () => {
  it('F1: makes a half-open link a lost one within interval, timeout and a second, without waiting for the socket', async () => {
    const xmpp = await online({ keepAlive: { interval: 20_000, timeout: 10_000 }, reconnect: false });
    const lost: Error[] = [];
    xmpp.on('disconnected', ({ reason }) => lost.push(reason));
    await xmpp.manualClock.advance(20_000);
    expect(xmpp.wire.take()).toMatch(/<iq type='get' id='[^']+'><ping xmlns='urn:xmpp:ping'\/><\/iq>/);
    expect(xmpp.state).toBe('online');
    await xmpp.manualClock.advance(10_000);
    expect(lost.length).toBe(1);
    expect(lost[0]).toBeInstanceOf(ConnectionLostError);
    expect(lost[0]).toMatchObject({ reason: 'timeout', retryable: true });
    expect(xmpp.wire.destroyed).toBe(true);
    expect(xmpp.manualClock.pending).toBe(0);
  });

  it('takes the answer to its ping, and any byte, for a sign of life', async () => {
    const xmpp = await online({ keepAlive: { interval: 20_000, timeout: 10_000 } });
    for (let i = 0; i < 5; i++) {
      await xmpp.manualClock.advance(20_000);
      const id = /id='([^']+)'/.exec(xmpp.wire.take())?.[1];
      await xmpp.receive(i % 2 === 0 ? ' ' : `<iq type='error' id='${id}' from='alice@example.org'/>`);
    }
    await xmpp.manualClock.advance(19_000);
    expect(xmpp.state).toBe('online');
    expect(xmpp.log.lines).toEqual([]);
  });

  it('is at rest while we do not read: that silence is ours', async () => {
    const xmpp = await online({ keepAlive: { interval: 1_000, timeout: 1_000 }, maxUnhandled: 2, reconnect: false });
    let go: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    xmpp.registerHandler(new Callback('slow', new MatchPath('message'), () => gate, { sequential: true }));
    await xmpp.receive("<message from='bob@example.net'/>".repeat(5));
    expect(xmpp.wire.paused).toBe(true);
    await xmpp.manualClock.advance(20_000);
    expect(xmpp.state).toBe('online');
    go();
    await xmpp.manualClock.idle();
    expect(xmpp.wire.paused).toBe(false);
    await xmpp.manualClock.advance(2_000);
    expect(xmpp.state).toBe('disconnected');
  });

  it('can be off', async () => {
    const xmpp = await online({ keepAlive: false });
    expect(xmpp.manualClock.pending).toBe(0);
    await xmpp.manualClock.advance(1_000_000);
    expect(xmpp.state).toBe('online');
  });

  it('has times that are times', () => {
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number]) {
      expect(() => new TestXMPP({ keepAlive: { interval: value } }), String(value)).toThrow(ConfigError);
      expect(() => new TestXMPP({ keepAlive: { timeout: value } }), String(value)).toThrow(ConfigError);
    }
  });
});
