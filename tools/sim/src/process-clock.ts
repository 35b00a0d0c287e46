import { Clock, type Timer } from '@sestina/core';
import type { VirtualClock } from '@sestina/testing';

/** The time of one process: where that was killed, nothing of it runs any more. */
export class ProcessClock extends Clock {
  readonly #clock: VirtualClock;
  readonly #timers = new Set<Timer>();
  #jumped = 0;
  #dead = false;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  /** How many timers have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#clock.now() + this.#jumped;
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  setTimer(delay: number, callback: () => void, options?: { background?: boolean }): Timer {
    if (this.#dead) return { cancel: () => {} };
    const timer = this.#clock.setTimer(
      delay,
      () => {
        this.#timers.delete(own);
        callback();
      },
      options,
    );
    const own: Timer = {
      cancel: () => {
        this.#timers.delete(own);
        timer.cancel();
      },
    };
    this.#timers.add(own);
    return own;
  }

  nextTurn(callback: () => void): void {
    this.#clock.nextTurn(() => {
      if (!this.#dead) callback();
    });
  }

  /** Somebody has set the clock of the machine. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  kill(): void {
    this.#dead = true;
    for (const timer of [...this.#timers]) timer.cancel();
  }
}
