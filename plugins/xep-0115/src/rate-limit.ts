import type { Clock } from '@sestina/core';
import { LruMap } from '@sestina/xep-0030';

const MINUTE = 60_000;
const MAX_KEYS = 1_000;

/** Allows something so many times a minute, for each key. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #times = new LruMap<string, readonly number[]>(MAX_KEYS);

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** Counts it and gives 0, or gives the milliseconds until it is allowed again. */
  take(key: string): number {
    const now = this.#clock.monotonic();
    const recent = (this.#times.get(key) ?? []).filter((time) => now - time < MINUTE);
    const [oldest = now] = recent;
    if (recent.length >= this.#perMinute) return MINUTE - (now - oldest);
    this.#times.set(key, [...recent, now]);
    return 0;
  }
}
