import type { Random } from '../services/random.js';
import { positive } from './positive.js';

/** When and how often a lost connection is made again. */
export interface ReconnectOptions {
  /** Upper bound of the first delay, in milliseconds. Default 1,000. */
  readonly base?: number;
  /** Upper bound of every delay, in milliseconds. Default 60,000. */
  readonly max?: number;
  /**
   * Upper bound of delays after an error that says of itself that trying again does not help, in milliseconds: a server that does not
   * want this client, for example. Default 300,000.
   */
  readonly slowMax?: number;
  /** A session this old starts the delays afresh, in milliseconds. Default 60,000. */
  readonly stableAfter?: number;
  /** Attempts in a row before giving up. Default: no end. */
  readonly attempts?: number;
  /** Also retry the first `connect()`, as if there had been a session before. Default false: it rejects. */
  readonly initial?: boolean;
}

/** Exponential back-off with full jitter: a random delay below a bound that doubles, so that many clients never come back at once. */
export class Backoff {
  readonly #random: Random;
  readonly #base: number;
  readonly #max: number;
  readonly #slowMax: number;
  readonly attempts: number;
  readonly stableAfter: number;
  readonly initial: boolean;
  #attempt = 0;

  /** @throws ConfigError for a value that is not a positive number. */
  constructor(random: Random, options: ReconnectOptions = {}) {
    this.#random = random;
    this.#base = positive('reconnect.base', options.base ?? 1_000);
    this.#max = positive('reconnect.max', options.max ?? 60_000);
    this.#slowMax = positive('reconnect.slowMax', options.slowMax ?? Math.max(300_000, this.#max));
    this.stableAfter = positive('reconnect.stableAfter', options.stableAfter ?? 60_000);
    this.attempts =
      options.attempts === undefined ? Number.POSITIVE_INFINITY : positive('reconnect.attempts', options.attempts);
    this.initial = options.initial ?? false;
  }

  /** How many delays were given since the last `reset()`. */
  get attempt(): number {
    return this.#attempt;
  }

  /**
   * The next delay in milliseconds; undefined where the attempts are used up.
   * @param slowly Up to the longer bound, and never less than half of it.
   */
  next({ double = false, slowly = false }: { double?: boolean; slowly?: boolean } = {}): number | undefined {
    if (this.#attempt >= this.attempts) return undefined;
    const doubled = this.#base * (double ? 2 : 1) * 2 ** Math.min(this.#attempt, 30);
    const bound = Math.min(slowly ? this.#slowMax : this.#max, doubled);
    this.#attempt += 1;
    const least = slowly ? bound / 2 : 0;
    return Math.round(least + this.#random.fraction() * (bound - least));
  }

  reset(): void {
    this.#attempt = 0;
  }
}
