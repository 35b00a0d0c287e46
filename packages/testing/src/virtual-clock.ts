import { Clock, ConfigError, SystemClock, type Timer } from '@sestina/core';

/** A timer that has not fired. */
export interface PendingTimer {
  /** When it fires, on the scale of `monotonic()`. */
  readonly due: number;
  /** Whether it was started with `background`. */
  readonly background: boolean;
}

/** Options of a virtual clock. */
export interface VirtualClockOptions {
  /** What `now()` says at the start, in milliseconds since 1970. Default: 2024-01-01T00:00:00Z. */
  now?: number;
}

interface Entry extends PendingTimer {
  readonly sequence: number;
  readonly callback: () => void;
}

/**
 * Time under control of a test: it stands still until `advance()` is called, and thirty minutes take a millisecond.
 *
 * Only what runs on this clock is waited for. WebCrypto does not (SCRAM uses it): await `connect()` before time is advanced.
 */
export class VirtualClock extends Clock {
  readonly #system = new SystemClock();
  #monotonic = 0;
  #wall: number;
  #timers: Entry[] = [];
  #sequence = 0;
  #turns = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: VirtualClockOptions = {}) {
    super();
    this.#wall = options.now ?? Date.UTC(2024, 0, 1);
  }

  now(): number {
    return this.#wall + this.#monotonic;
  }

  /** Milliseconds since the clock was made. */
  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(delay: number, callback: () => void, options: { background?: boolean } = {}): Timer {
    const entry: Entry = {
      due: this.#monotonic + Math.max(0, delay),
      background: options.background === true,
      sequence: this.#sequence++,
      callback,
    };
    this.#timers.push(entry);
    return { cancel: () => this.#take(entry) };
  }

  /** Runs in a real macrotask, so that promise continuations come first as they do on the system's clock. */
  nextTurn(callback: () => void): void {
    this.#turns++;
    this.#system.nextTurn(() => {
      this.#turns--;
      callback();
    });
  }

  /** The timers that have not fired, the next one first. Empty where a thing says that it needs no timer when idle. */
  get pending(): readonly PendingTimer[] {
    return this.#sorted().map(({ due, background }) => ({ due, background }));
  }

  /**
   * Lets time pass: fires what becomes due in order, and lets promise continuations and next turns run between any two.
   * @param ms Milliseconds; 0 fires what is due now.
   * @throws ConfigError for a negative time; what a timer's callback throws comes through.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new ConfigError(`advance(${ms}): time cannot go back; jump() moves the wall clock`, 'ms');
    await this.#exclusively(async () => {
      const end = this.#monotonic + ms;
      await this.#settle();
      for (let next = this.#sorted()[0]; next && next.due <= end; next = this.#sorted()[0]) {
        await this.#fire(next);
      }
      this.#monotonic = end;
    });
  }

  /**
   * Goes on to the next timer, however far away, and fires it. Resolves with the milliseconds that passed, or undefined
   * where no timer is left.
   */
  async advanceToNextTimer(): Promise<number | undefined> {
    let passed: number | undefined;
    await this.#exclusively(async () => {
      await this.#settle();
      const next = this.#sorted()[0];
      if (!next) return;
      passed = Math.max(0, next.due - this.#monotonic);
      await this.#fire(next);
    });
    return passed;
  }

  /** Waits, without letting time pass, until nothing happens any more: promise continuations and next turns have run. */
  async runUntilIdle(): Promise<void> {
    await this.#exclusively(() => this.#settle());
  }

  /** Moves what `now()` says, back too: somebody set the clock, or a laptop slept. Timers and `monotonic()` do not notice. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #sorted(): Entry[] {
    this.#timers.sort((a, b) => a.due - b.due || a.sequence - b.sequence);
    return this.#timers;
  }

  #take(entry: Entry): void {
    this.#timers = this.#timers.filter((other) => other !== entry);
  }

  async #fire(entry: Entry): Promise<void> {
    this.#take(entry);
    this.#monotonic = Math.max(this.#monotonic, entry.due);
    entry.callback();
    await this.#settle();
  }

  // A continuation may ask for another turn, which may resume another continuation: quiet twice in a row is idle.
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet = this.#turns === 0 ? quiet + 1 : 0) {
      await new Promise<void>((resolve) => this.#system.nextTurn(resolve));
    }
  }

  #exclusively(step: () => Promise<void>): Promise<void> {
    const result = this.#running.then(step);
    this.#running = result.catch(() => undefined);
    return result;
  }
}
