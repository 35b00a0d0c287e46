import { abortable, asError } from '../reasons.js';
import type { Clock } from '../services/clock.js';
import { follow } from '../util/within.js';

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(reason: unknown): void;
}

/** How long nothing is tried, and after what. */
export interface Pause {
  readonly delay: number;
  readonly reason: Error;
}

/** What a run of attempts asks of the life that it is a part of. */
export interface AttemptsOwner {
  readonly clock: Clock;
  /** Makes one; resolves when there is a session. */
  attempt(signal: AbortSignal): Promise<void>;
  /** The pause after that failure; undefined where no further attempt is made. */
  pauseAfter(reason: Error): Pause | undefined;
  /** A pause begins. */
  waiting(pause: Pause): void;
  /** No more are made. */
  over(attempts: Attempts, reason: Error | undefined): void;
}

/** Attempts one after another, with pauses between, until there is a session or no attempt is worth making any more. */
export class Attempts {
  readonly #owner: AttemptsOwner;
  readonly #controller = new AbortController();
  /** Settled by the attempt that is on, or comes next. */
  #next = deferred();
  /** Makes the next attempt now. */
  #hurry: (() => void) | undefined;

  constructor(owner: AttemptsOwner) {
    this.#owner = owner;
  }

  /** The outcome of the attempt that is on, or comes next. */
  get next(): Promise<void> {
    return this.#next.promise;
  }

  /** Ends the pause; false where an attempt is on. */
  hurry(): boolean {
    const hurry = this.#hurry;
    hurry?.();
    return hurry !== undefined;
  }

  /** Makes no more of them. */
  stop(reason: Error): void {
    this.#controller.abort(reason);
  }

  /**
   * Runs until there is a session, or a reason why there will be none; never rejects.
   * @param ready Waited for before the first one.
   * @param pause Before the first one, where a session was lost; whoever waits for one of these hears of each failure.
   */
  async run(ready: Promise<void> | undefined, pause: Pause | undefined, outer?: AbortSignal): Promise<void> {
    const release = follow(outer, this.#controller);
    try {
      await this.#run(ready, pause);
      this.#owner.over(this, undefined);
      this.#next.resolve();
    } catch (error) {
      // Before whoever waits hears of it.
      this.#owner.over(this, asError(error));
      this.#next.reject(error);
    } finally {
      release();
    }
  }

  async #run(ready: Promise<void> | undefined, first: Pause | undefined): Promise<void> {
    const { signal } = this.#controller;
    let pause = first;
    if (ready) await abortable(ready, signal);
    for (;;) {
      if (pause) await this.#wait(pause);
      signal.throwIfAborted();
      try {
        await this.#owner.attempt(signal);
        return;
      } catch (error) {
        if (signal.aborted) throw error;
        const reason = asError(error);
        pause = this.#owner.pauseAfter(reason);
        if (!pause) throw reason;
        if (!first) continue;
        // Whoever waits for this attempt hears of it; the next one is made all the same.
        this.#next.reject(reason);
        this.#next = deferred();
      }
    }
  }

  #wait(pause: Pause): Promise<void> {
    const { signal } = this.#controller;
    this.#owner.waiting(pause);
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        timer.cancel();
        this.#hurry = undefined;
        signal.removeEventListener('abort', onAbort);
      };
      const go = (): void => {
        finish();
        resolve();
      };
      const onAbort = (): void => {
        finish();
        reject(signal.reason);
      };
      const timer = this.#owner.clock.setTimer(pause.delay, go);
      this.#hurry = go;
      signal.addEventListener('abort', onAbort);
    });
  }
}

function deferred(): Deferred {
  let resolve: () => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<void>((give, refuse) => {
    resolve = give;
    reject = refuse;
  });
  // Nobody may be waiting for it.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
