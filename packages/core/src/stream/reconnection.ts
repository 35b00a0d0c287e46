import type { Random } from '../services/random.js';
import { StreamError } from '../stanza/stream-error.js';
import type { Pause } from './attempts.js';
import { Backoff, type ReconnectOptions } from './backoff.js';

/** When a connection that failed or was lost is made again, and whether it is. */
export class Reconnection {
  readonly #backoff: Backoff | undefined;
  readonly #shouldRetry: (reason: Error) => boolean;

  /** @throws ConfigError for options that cannot work. */
  constructor(random: Random, options: ReconnectOptions | false | undefined, shouldRetry: (reason: Error) => boolean) {
    this.#backoff = options === false ? undefined : new Backoff(random, options);
    this.#shouldRetry = shouldRetry;
  }

  /** Whether a first connection is tried again too. */
  get initial(): boolean {
    return this.#backoff?.initial ?? false;
  }

  /** How many attempts were put off since the last session that lasted. */
  get attempt(): number {
    return this.#backoff?.attempt ?? 0;
  }

  /** The pause before the next attempt, where one is worth making. @param lost A session was lost, no attempt failed. */
  after(reason: Error, lost = false): Pause | undefined {
    if (!this.#backoff) return undefined;
    // What somebody sent and we refused ends a session, but must not keep us away for ever.
    const refused = lost && reason instanceof StreamError && reason.origin === 'local';
    if (!refused && !this.#shouldRetry(reason)) return undefined;
    const double = reason instanceof StreamError && reason.condition === 'resource-constraint';
    const delay = this.#backoff.next({ double });
    return delay === undefined ? undefined : { delay, reason };
  }

  /** A session has ended that was there for so many milliseconds. */
  lasted(duration: number): void {
    if (this.#backoff && duration >= this.#backoff.stableAfter) this.#backoff.reset();
  }

  /** Begins with short pauses again. */
  reset(): void {
    this.#backoff?.reset();
  }
}
