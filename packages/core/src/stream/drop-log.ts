import { LazyMap } from '@sestina/xml';
import type { Clock, Timer } from '../services/clock.js';
import type { Logger } from '../services/logger.js';

const QUIET = 60_000;

interface Dropped {
  more: number;
  timer: Timer;
}

/** Warnings of what peers sent and nobody is given: one line for each kind, and then at most one a minute that counts. */
export class DropLog {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #kinds = new LazyMap<string, Dropped>(); // bound: a few words of ours

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** @param what What was dropped, and why. Never what a peer chose: each kind is remembered for a minute. */
  add(what: string): void {
    const kind = this.#kinds.get(what);
    if (kind) {
      kind.more += 1;
      return;
    }
    this.#logger.warn(`${what} was dropped`);
    this.#wait(what);
  }

  #wait(what: string): void {
    const timer = this.#clock.setTimer(QUIET, () => this.#tell(what), { background: true });
    this.#kinds.set(what, { more: 0, timer });
  }

  #tell(what: string): void {
    const more = this.#kinds.get(what)?.more ?? 0;
    this.#kinds.delete(what);
    if (more === 0) return;
    this.#logger.warn(`${what} was dropped ${more} more times within a minute`);
    this.#wait(what);
  }

  /** Forgets what it would have told. */
  close(): void {
    for (const { timer } of this.#kinds.values()) timer.cancel();
    this.#kinds.clear();
  }
}
