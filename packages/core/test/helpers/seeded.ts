/** Random values that come again with the same seed; `SEED` sets it. */
export class Seeded {
  readonly seed: number;
  #state: number;

  constructor(seed: number = Number(process.env['SEED'] ?? 1)) {
    this.seed = seed;
    this.#state = seed | 0;
  }

  /** In [0, 1). */
  fraction(): number {
    this.#state = (this.#state + 0x9e37_79b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** From `min` to `max`, both possible. */
  int(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  chance(): boolean {
    return this.fraction() < 0.5;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)] as T;
  }

  /** The value, or undefined. */
  maybe<T>(make: () => T): T | undefined {
    return this.chance() ? make() : undefined;
  }

  list<T>(make: () => T, most = 4): T[] {
    return Array.from({ length: this.int(0, most) }, make);
  }
}
