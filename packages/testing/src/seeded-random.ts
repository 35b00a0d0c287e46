import { ConfigError, Random } from '@sestina/core';

/**
 * Randomness that can be had again: the same seed gives the same bytes. Print `seed` where a random test fails.
 * Never for anything that has to be secret.
 */
export class SeededRandom extends Random {
  /** The seed, given or chosen: a whole number from 0 to 2^32 - 1. */
  readonly seed: number;
  #state: [number, number, number, number];

  /**
   * @param seed Default: a fresh one.
   * @throws ConfigError where it is not a whole number from 0 to 2^32 - 1.
   */
  constructor(seed: number = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) {
    super();
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
      throw new ConfigError(`seed has to be a whole number from 0 to 4294967295, got ${seed}`, 'seed');
    }
    this.seed = seed;
    this.#state = [seed, 0x9e37_79b9, 0x243f_6a88, 1];
    // Close seeds give alike numbers at first.
    for (let i = 0; i < 16; i++) this.#next();
  }

  bytes(length: number): ReturnType<Random['bytes']> {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const word = this.#next();
      for (let j = 0; j < 4 && i + j < length; j++) bytes[i + j] = word >>> (8 * j);
    }
    return bytes;
  }

  /** A whole number from 0 to `below` - 1. */
  integer(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  /** One of the entries; throws a RangeError where there is none. */
  pick<T>(entries: readonly T[]): T {
    if (entries.length === 0) throw new RangeError('pick() from an empty list');
    return entries[this.integer(entries.length)] as T;
  }

  // sfc32, from the PractRand suite: a small fast chaotic generator with a counter.
  #next(): number {
    const [a, b, c, counter] = this.#state;
    const word = (a + b + counter) | 0;
    this.#state = [b ^ (b >>> 9), (c + (c << 3)) | 0, (((c << 21) | (c >>> 11)) + word) | 0, (counter + 1) | 0];
    return word >>> 0;
  }
}
