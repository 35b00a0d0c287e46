import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../src/util/rate-limiter.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { Seeded } from '../helpers/seeded.js';

const random = new Seeded();

describe('RateLimiter', () => {
  it('says when the next one is allowed, and that is true', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, { perKey: 2, window: 100 });
    expect(limiter.take('a')).toBe(0);
    clock.advance(30);
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBe(70);
    expect(limiter.take('b')).toBe(0);
    clock.advance(69);
    expect(limiter.take('a')).toBe(1);
    clock.advance(1);
    expect(limiter.take('a')).toBe(0);
  });

  it('bounds all keys together', () => {
    const clock = new FakeClock();
    const limiter = new RateLimiter(clock, { perKey: 2, total: 3, window: 100 });
    expect(['a', 'b', 'c', 'd'].map((key) => limiter.take(key))).toEqual([0, 0, 0, 100]);
    limiter.clear();
    expect(limiter.take('d')).toBe(0);
  });

  it('allows nothing where nothing is allowed', () => {
    const limiter = new RateLimiter(new FakeClock(), { perKey: 0 });
    expect(limiter.take('a')).toBe(Number.POSITIVE_INFINITY);
  });

  it('remembers so many keys', () => {
    const limiter = new RateLimiter(new FakeClock(), { perKey: 1, maxKeys: 2 });
    for (const key of ['a', 'b', 'c']) limiter.take(key);
    expect(limiter.take('c')).toBeGreaterThan(0);
    expect(limiter.take('a')).toBe(0);
  });

  it(`never allows more in any window, nor less than it could (SEED=${random.seed})`, () => {
    const clock = new FakeClock();
    const [perKey, total, window] = [random.int(1, 4), random.int(2, 8), random.int(10, 50)];
    const limiter = new RateLimiter<number>(clock, { perKey, total, window });
    const allowed: { readonly key: number; readonly time: number }[] = [];
    for (let step = 0; step < 3_000; step++) {
      if (random.chance()) clock.advance(random.int(0, 8));
      const key = random.int(0, 4);
      const recent = allowed.filter(({ time }) => clock.monotonic() - time < window);
      const free = recent.length < total && recent.filter((one) => one.key === key).length < perKey;
      const wait = limiter.take(key);
      expect(wait === 0).toBe(free);
      if (wait === 0) allowed.push({ key, time: clock.monotonic() });
    }
  });
});
