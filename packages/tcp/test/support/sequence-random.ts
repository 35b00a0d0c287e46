import { Random } from '@sestina/core';

/** Gives these fractions in turn, over and over. */
export class SequenceRandom extends Random {
  #next: () => number;

  constructor(fractions: readonly number[]) {
    super();
    let index = 0;
    this.#next = () => fractions[index++ % fractions.length] ?? 0;
  }

  /** mulberry32. */
  static seeded(seed: number): SequenceRandom {
    const random = new SequenceRandom([0]);
    let state = seed;
    random.#next = () => {
      state = (state + 0x6d2b_79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
    };
    return random;
  }

  override fraction(): number {
    return this.#next();
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(length).map(() => Math.floor(this.#next() * 256));
  }
}
