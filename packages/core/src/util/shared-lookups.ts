import { BusyError, DisconnectedError } from '../errors.js';
import type { Clock } from '../services/clock.js';
import { type Patience, within } from './within.js';

interface Lookup {
  readonly answer: Promise<unknown>;
  readonly controller: AbortController;
  askers: number;
}

/** Looks a thing up once for all who ask for it at the same time; each of them waits as long as it wants to. */
export class SharedLookups<K = string> {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #lookups = new Map<K, Lookup>();

  /** @param max Look-ups at once. */
  constructor(clock: Clock, max = 1_000) {
    this.#clock = clock;
    this.#max = max;
  }

  /** Look-ups that are under way. */
  get size(): number {
    return this.#lookups.size;
  }

  has(key: K): boolean {
    return this.#lookups.has(key);
  }

  /**
   * The answer to what is asked under that key: of the look-up that is under way, or of one that is started. The signal that
   * `start` gets aborts once nobody waits for the answer any more.
   * @throws What the look-up rejects with; BusyError where too many are under way; for this asker alone TimeoutError or the
   *   signal's reason.
   */
  async ask<T>(key: K, start: (signal: AbortSignal) => Promise<T>, patience: Patience): Promise<T> {
    patience.signal?.throwIfAborted();
    const lookup = this.#lookups.get(key) ?? this.#start(key, start);
    lookup.askers += 1;
    try {
      return await within(this.#clock, lookup.answer as Promise<T>, { how: 'no answer', ...patience });
    } finally {
      lookup.askers -= 1;
      if (lookup.askers === 0) {
        this.#forget(key, lookup);
        lookup.controller.abort(new DisconnectedError('nobody waits for the answer any more'));
      }
    }
  }

  #start(key: K, start: (signal: AbortSignal) => Promise<unknown>): Lookup {
    if (this.#lookups.size >= this.#max) throw new BusyError('look-ups', this.#max);
    const controller = new AbortController();
    const lookup: Lookup = { answer: start(controller.signal), controller, askers: 0 };
    this.#lookups.set(key, lookup);
    const forget = (): void => this.#forget(key, lookup);
    lookup.answer.then(forget, forget);
    return lookup;
  }

  #forget(key: K, lookup: Lookup): void {
    if (this.#lookups.get(key) === lookup) this.#lookups.delete(key);
  }
}
