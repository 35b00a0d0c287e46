import type { Clock, Timer } from '../services/clock.js';

/** When a `Coalescer` runs, and whom it tells of failures. */
export interface CoalescerOptions {
  /** Does what all changes so far ask for. No other run begins before the promise has settled. */
  readonly run: () => void | PromiseLike<void>;
  /** Told what `run` threw; a later change runs it again. */
  readonly failed: (error: unknown) => void;
  /**
   * Milliseconds in which further changes are waited for; an otherwise idle process does not wait for them.
   * @default none: those of one turn
   */
  readonly delay?: number | undefined;
}

/** Turns many changes into one run: those of one turn, and all that come while a run is on. */
export class Coalescer {
  readonly #clock: Clock;
  readonly #options: CoalescerOptions;
  #due = false;
  #running = false;
  #timer: Timer | undefined;
  /** Which planned run may still begin. */
  #plan = 0;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(clock: Clock, options: CoalescerOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Whether a run is due or on. */
  get busy(): boolean {
    return this.#due || this.#running;
  }

  /** Something has changed. */
  schedule(): void {
    if (this.#due || this.#closed) return;
    this.#due = true;
    if (!this.#running) this.#wait();
  }

  #wait(): void {
    this.#plan += 1;
    const plan = this.#plan;
    const begin = (): void => {
      if (plan === this.#plan) this.#begin();
    };
    const { delay } = this.#options;
    if (delay === undefined || this.#idle.length > 0) this.#clock.nextTurn(begin);
    else this.#timer = this.#clock.setTimer(delay, begin, { background: true });
  }

  /** Runs what is due without further delay; resolves once nothing is due and no run is on. */
  flush(): Promise<void> {
    if (this.#due && !this.#running) {
      this.#timer?.cancel();
      this.#begin();
    }
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Nothing runs any more; a run that is on goes on. */
  dispose(): void {
    this.#closed = true;
    this.#due = false;
    this.#plan += 1;
    this.#timer?.cancel();
    this.#settle();
  }

  #begin(): void {
    // A plan that this run is ahead of is void.
    this.#plan += 1;
    this.#due = false;
    this.#running = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      const done = this.#options.run();
      if (done) await done;
    } catch (error) {
      this.#options.failed(error);
    }
    this.#running = false;
    if (this.#due) this.#wait();
    else this.#settle();
  }

  #settle(): void {
    if (this.busy) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
