import { LruMap } from '@sestina/xml';
import type { Clock } from '../services/clock.js';

/** How often something may happen. */
export interface RateLimiterOptions {
  /** For one key within `window`. */
  readonly perKey: number;
  /**
   * For all keys together within `window`.
   * @default Infinity
   */
  readonly total?: number | undefined;
  /**
   * Milliseconds, ending now.
   * @default 60_000
   */
  readonly window?: number | undefined;
  /**
   * Keys that are remembered at most: the one that was not used for longest is forgotten.
   * @default 1_000
   */
  readonly maxKeys?: number | undefined;
}

// What a key takes beside its text: measured.
const BYTES = 200;

/** Allows something so many times within any stretch of time, for each key and in all. */
export class RateLimiter<K = string> {
  readonly #clock: Clock;
  readonly #perKey: number;
  readonly #total: number;
  readonly #window: number;
  readonly #times: LruMap<K, readonly number[]>;
  #all: readonly number[] = [];

  constructor(clock: Clock, options: RateLimiterOptions) {
    const { perKey, total = Number.POSITIVE_INFINITY, window = 60_000, maxKeys = 1_000 } = options;
    this.#clock = clock;
    this.#perKey = perKey;
    this.#total = total;
    this.#window = window;
    this.#times = new LruMap({
      maxEntries: maxKeys,
      sizeOf: (_times, key) => BYTES + 2 * String(key).length + 8 * perKey,
    });
  }

  /** Counts one and gives 0; or counts nothing and gives the milliseconds after which it is allowed again. */
  take(key: K): number {
    const now = this.#clock.monotonic();
    const recent = this.#recent(this.#times.get(key) ?? [], now);
    const all = this.#total === Number.POSITIVE_INFINITY ? [] : this.#recent(this.#all, now);
    const wait = Math.max(this.#wait(recent, this.#perKey, now), this.#wait(all, this.#total, now));
    if (wait > 0) return wait;
    this.#times.set(key, [...recent, now]);
    if (this.#total !== Number.POSITIVE_INFINITY) this.#all = [...all, now];
    return 0;
  }

  #recent(times: readonly number[], now: number): readonly number[] {
    return times.filter((time) => now - time < this.#window);
  }

  #wait(recent: readonly number[], limit: number, now: number): number {
    if (recent.length < limit) return 0;
    const first = recent[recent.length - limit];
    // Of a limit below 1 nothing is ever allowed.
    return first === undefined ? Number.POSITIVE_INFINITY : this.#window - (now - first);
  }

  /** Forgets what was counted. */
  clear(): void {
    this.#times.clear();
    this.#all = [];
  }
}
