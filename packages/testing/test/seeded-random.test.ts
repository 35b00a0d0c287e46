import { ConfigError } from '@sestina/core';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';

describe('SeededRandom', () => {
  it('gives the same bytes for the same seed, and others for another', () => {
    const bytes = (seed: number) => [...new SeededRandom(seed).bytes(64)];
    expect(bytes(7)).toEqual(bytes(7));
    expect(bytes(7)).not.toEqual(bytes(8));
  });

  it('chooses a seed with which the run can be had again', () => {
    const first = new SeededRandom();
    const again = new SeededRandom(first.seed);
    expect([first.id(), first.id()]).toEqual([again.id(), again.id()]);
  });

  it('spreads evenly over what it picks from', () => {
    const random = new SeededRandom(42);
    const all = Array.from({ length: 8_000 }, () => random.integer(8));
    for (let i = 0; i < 8; i++) {
      const count = all.filter((n) => n === i).length;
      expect(count, `value ${i} with seed ${random.seed}`).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
  });

  it('refuses a seed that would silently be another one', () => {
    for (const seed of [-1, 1.5, Number.NaN, 2 ** 32]) expect(() => new SeededRandom(seed)).toThrow(ConfigError);
  });

  it('says so where there is nothing to pick from', () => {
    expect(() => new SeededRandom(1).pick([])).toThrow(RangeError);
    expect(new SeededRandom(1).pick(['only'])).toBe('only');
  });
});
