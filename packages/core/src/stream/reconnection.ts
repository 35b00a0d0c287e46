import type { Random } from '../services/random.js';
import { StreamError } from '../stanza/stream-error.js';
import type { Pause } from './attempts.js';
import { Backoff, type ReconnectOptions } from './backoff.js';
import type { Failed, Verdict } from './verdicts.js';

// Few enough for servers that lock an account after some wrong passwords.
const PATIENCE = 3;

/** When a connection that failed or was lost is made again, and whether it is. */
export class Reconnection {
  readonly #backoff: Backoff | undefined;
  readonly #judge: (reason: Error, failed: Failed) => Verdict;
  /** How often in a row patience was needed. */
  readonly #passedOver = { attempt: 0, session: 0 };

  /** @throws ConfigError for options that cannot work. */
  constructor(
    random: Random,
    options: ReconnectOptions | false | undefined,
    judge: (reason: Error, failed: Failed) => Verdict,
  ) {
    this.#backoff = options === false ? undefined : new Backoff(random, options);
    this.#judge = judge;
  }

  /** Whether a first connection is tried again too. */
  get initial(): boolean {
    return this.#backoff?.initial ?? false;
  }

  /** How many attempts were put off since the last session that lasted. */
  get attempt(): number {
    return this.#backoff?.attempt ?? 0;
  }

  /** The pause before the next attempt, where one is to be made after what has failed. */
  after(reason: Error, failed: Failed): Pause | undefined {
    if (!this.#backoff) return undefined;
    const verdict = this.#judge(reason, failed);
    if (verdict === 'final') return undefined;
    if (verdict === 'patience') {
      this.#passedOver[failed] += 1;
      if (this.#passedOver[failed] > PATIENCE) return undefined;
    } else if (failed === 'session') this.#passedOver.session = 0;
    const double = reason instanceof StreamError && reason.condition === 'resource-constraint';
    const delay = this.#backoff.next({ double, slowly: verdict !== 'again' });
    return delay === undefined ? undefined : { delay, reason };
  }

  /** A session has begun. */
  begun(): void {
    this.#passedOver.attempt = 0;
  }

  /** A session has ended that was there for so many milliseconds. */
  lasted(duration: number): void {
    if (!this.#backoff || duration < this.#backoff.stableAfter) return;
    this.#backoff.reset();
    this.#passedOver.session = 0;
  }

  /** Begins with short pauses again. */
  reset(): void {
    this.#backoff?.reset();
    this.#passedOver.attempt = 0;
    this.#passedOver.session = 0;
  }
}
