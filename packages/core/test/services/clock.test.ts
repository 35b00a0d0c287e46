import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../src/services/clock.js';

const DAY = 86_400_000;

describe('timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('fire once, after their time', () => {
    const fired = vi.fn();
    new SystemClock().setTimer(1_000, fired);
    vi.advanceTimersByTime(999);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100_000);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('that are longer than the platform can count do not fire at once', () => {
    const fired = vi.fn();
    new SystemClock().setTimer(60 * DAY, fired);
    vi.advanceTimersByTime(60 * DAY - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([2 ** 31 - 1, 2 ** 31])('of %i ms fire then', (delay) => {
    const fired = vi.fn();
    new SystemClock().setTimer(delay, fired);
    vi.advanceTimersByTime(delay - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(1);
  });

  it('can be cancelled, also in a later part of a long time, and when they have fired', () => {
    const fired = vi.fn();
    const clock = new SystemClock();
    const [short, long, done] = [
      clock.setTimer(10, fired),
      clock.setTimer(60 * DAY, fired),
      clock.setTimer(1, () => {}),
    ];
    short.cancel();
    vi.advanceTimersByTime(50 * DAY);
    long.cancel();
    done.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(50 * DAY);
    expect(fired).not.toHaveBeenCalled();
  });

  it('of no time, or less, fire as soon as may be, not at once', () => {
    const fired = vi.fn();
    new SystemClock().setTimer(0, fired);
    new SystemClock().setTimer(-5, fired);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledTimes(2);
  });

  it('never fire for Infinity', () => {
    const fired = vi.fn();
    const timer = new SystemClock().setTimer(Number.POSITIVE_INFINITY, fired);
    vi.advanceTimersByTime(100 * DAY);
    expect(fired).not.toHaveBeenCalled();
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('refuse NaN, which the platform would take for 0', () => {
    expect(() => new SystemClock().setTimer(Number.NaN, () => {})).toThrow(TypeError);
  });
});

describe('timers in the background', () => {
  it('do not keep the process alive, in none of their parts', () => {
    const unref: boolean[] = [];
    const parts: (() => void)[] = [];
    const fake = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void) => {
      parts.push(callback);
      const index = unref.push(false) - 1;
      return { unref: () => (unref[index] = true) };
    }) as never);
    try {
      const clock = new SystemClock();
      clock.setTimer(60 * DAY, () => {}, { background: true });
      parts.at(-1)?.();
      clock.setTimer(1, () => {});
    } finally {
      fake.mockRestore();
    }
    expect(unref).toEqual([true, true, false]);
  });
});

describe('nextTurn()', () => {
  /** In what order promise continuations, however deep, and turns run. */
  async function order(clock: SystemClock): Promise<string[]> {
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      clock.nextTurn(() => {
        log.push('turn 1');
        void Promise.resolve().then(() => log.push('promise of turn 1'));
      });
      clock.nextTurn(() => {
        log.push('turn 2');
        resolve();
      });
      let promise = Promise.resolve();
      for (let i = 0; i < 50; i++) promise = promise.then(() => {});
      void promise.then(() => log.push('promise'));
      log.push('now');
    });
    return log;
  }

  const EXPECTED = ['now', 'promise', 'turn 1', 'promise of turn 1', 'turn 2'];

  it('comes after the promise continuations that are due', async () => {
    expect(await order(new SystemClock())).toEqual(EXPECTED);
  });

  describe('in a browser', () => {
    const channels: MessageChannel[] = [];

    beforeEach(() => {
      vi.stubGlobal('setImmediate', undefined);
      const Real = MessageChannel;
      vi.stubGlobal(
        'MessageChannel',
        class extends Real {
          constructor() {
            super();
            channels.push(this);
          }
        },
      );
    });

    afterEach(() => {
      vi.unstubAllGlobals();
      // An open one keeps Node alive.
      for (const channel of channels.splice(0)) channel.port1.close();
    });

    it('does so too, and opens one channel for all', async () => {
      const clock = new SystemClock();
      expect(await order(clock)).toEqual(EXPECTED);
      expect(await order(clock)).toEqual(EXPECTED);
      expect(channels).toHaveLength(1);
    });
  });
});

describe('time', () => {
  it('is that of the platform', () => {
    const clock = new SystemClock();
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(5_000);
    const before = clock.monotonic();
    expect(clock.monotonic()).toBeGreaterThanOrEqual(before);
  });
});
