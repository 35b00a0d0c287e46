import type { Clock } from '@sestina/core';
import { within } from '@sestina/core/util';
import type { StorageCalls } from './storage-calls.js';

/** A change that waits for its turn. */
export interface Change {
  /** It changes nothing of what is stored. */
  readonly reads: boolean;
  /** Makes it; what it throws is its caller's alone. */
  make(): void;
}

interface Waiting extends Change {
  settle(error?: { readonly reason: unknown }): void;
}

/** The changes of one owner's roster: in order, those together that come while another is under way. */
export class RosterLane {
  readonly #clock: Clock;
  readonly #calls: StorageCalls;
  readonly #timeout: number;
  readonly #freed: () => void;
  #waiting: Waiting[] = []; // bound: the event queue, which waits for them
  /** Until the turn after the last change is over. */
  #running = false;
  #making = false;
  /** A write that has not come to an end, perhaps never does. */
  #writing: Promise<unknown> | undefined;
  #done: Promise<void> = Promise.resolve();

  /** @param freed Called when nothing is under way any more, a write that was given up included. */
  constructor(clock: Clock, calls: StorageCalls, timeout: number, freed: () => void) {
    this.#clock = clock;
    this.#calls = calls;
    this.#timeout = timeout;
    this.#freed = freed;
  }

  /** Whether a change waits or is being made, or a write is under way. */
  get busy(): boolean {
    return this.#making || this.#waiting.length > 0 || this.#writing !== undefined;
  }

  /** Settled when no change waits; undefined where none does. */
  get working(): Promise<void> | undefined {
    return this.#running ? this.#done : undefined;
  }

  /** Adds a change. `run` does what is needed for all that wait, and takes them out when it calls its argument. */
  add(change: () => void, reads: boolean, run: (changes: () => readonly Change[]) => Promise<void>): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      let failure: { readonly reason: unknown } | undefined;
      this.#waiting.push({
        reads,
        make: () => {
          try {
            change();
          } catch (reason) {
            failure = { reason };
          }
        },
        settle: (error = failure) => (error ? reject(error.reason) : resolve()),
      });
      if (!this.#running) this.#done = this.#work(run);
    });
  }

  async #work(run: (changes: () => readonly Change[]) => Promise<void>): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      let taken: Waiting[] = [];
      const take = (): Waiting[] => {
        taken = this.#waiting.splice(0);
        return taken;
      };
      this.#making = true;
      try {
        await run(take).finally(() => {
          this.#making = false;
        });
        for (const change of taken) change.settle();
      } catch (reason) {
        // Those that were not even made fail with what kept them from it.
        for (const change of taken.length > 0 ? taken : take()) change.settle({ reason });
      }
      // Others want the processor too, and what they bring for this owner is made together.
      await new Promise<void>((resolve) => this.#clock.nextTurn(resolve));
    }
    this.#running = false;
    if (!this.#writing) this.#freed();
  }

  /** Reads, once no write is under way any more. @throws TimeoutError, what the storage rejects with. */
  async read<T>(read: () => Promise<T>): Promise<T> {
    // A write that was given up may still happen: what another one wrote meanwhile would be lost.
    if (this.#writing) await this.#within('an earlier write to the storage', this.#writing);
    const { result, cancel } = this.#calls.start(read);
    return this.#within('reading from the storage', result, cancel);
  }

  /** Writes. @throws TimeoutError, what the storage rejects with. */
  async write(write: () => Promise<void>): Promise<void> {
    const { result, cancel } = this.#calls.start(write);
    const settled = (): void => {
      this.#writing = undefined;
      if (!this.#running) this.#freed();
    };
    this.#writing = result.then(settled, settled);
    await this.#within('writing to the storage', result, cancel);
  }

  #within<T>(what: string, promise: Promise<T>, cancel: () => void = () => {}): Promise<T> {
    const outcome = within(this.#clock, promise, { what, timeout: this.#timeout });
    outcome.catch(cancel);
    return outcome;
  }
}
