import { afterEach, describe, expect, it, vi } from 'vitest';
import { Random, SystemRandom } from '../../src/services/random.js';

/** Gives the bytes that it is told. */
class Fixed extends Random {
  constructor(readonly byte: number) {
    super();
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length).fill(this.byte);
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('ids', () => {
  it('have 120 random bits, in characters that need no escaping anywhere', () => {
    const random = new SystemRandom();
    const seen = new Map<number, Set<string>>();
    for (let i = 0; i < 5_000; i++) {
      const id = random.id();
      expect(id).toMatch(/^[A-Za-z0-9_-]{20}$/);
      for (const [place, char] of [...id].entries()) seen.set(place, (seen.get(place) ?? new Set()).add(char));
    }
    // 64 characters in each of 20 places: 6 bits each, none of them fixed.
    expect([...seen.values()].map((chars) => chars.size)).toEqual(Array(20).fill(64));
  });

  it('are different a hundred thousand times', () => {
    const random = new SystemRandom();
    const ids = new Set<string>();
    for (let i = 0; i < 100_000; i++) ids.add(random.id());
    expect(ids.size).toBe(100_000);
  });

  it('are different for two sources', () => {
    expect(new SystemRandom().id()).not.toBe(new SystemRandom().id());
  });

  it('come from the cryptographic generator, never from Math.random', () => {
    const weak = vi.spyOn(Math, 'random');
    const strong = vi.spyOn(crypto, 'getRandomValues');
    const random = new SystemRandom();
    random.id();
    random.fraction();
    random.bytes(10_000);
    expect(weak).not.toHaveBeenCalled();
    expect(strong).toHaveBeenCalled();
  });
});

describe('bytes()', () => {
  it.each([0, 1, 1_999, 2_000, 2_001, 65_536, 65_537, 200_000])('gives %i of them', (length) => {
    const bytes = new SystemRandom().bytes(length);
    expect(bytes.length).toBe(length);
    // The last ones are random too: that all of many are 0 does not happen.
    if (length > 1_000) expect(bytes.subarray(-500).some((byte) => byte !== 0)).toBe(true);
  });

  it('gives none twice, and none that the caller could change later', () => {
    const random = new SystemRandom();
    const first = random.bytes(32);
    const copy = first.slice();
    const second = random.bytes(32);
    expect(second).not.toEqual(first);
    second.fill(0);
    random.bytes(2_000);
    expect(first).toEqual(copy);
    expect(first.buffer).not.toBe(second.buffer);
  });
});

describe('fraction()', () => {
  it('is from 0 to below 1', () => {
    expect(new Fixed(0).fraction()).toBe(0);
    expect(new Fixed(0x80).fraction()).toBeCloseTo(0.502, 3);
    expect(new Fixed(0xff).fraction()).toBeLessThan(1);
    expect(new Fixed(0xff).fraction()).toBeGreaterThan(0.999_999);
  });
});
