import { Clock, type Timer } from '../../src/services/clock.js';

interface Entry {
  readonly due: number;
  readonly callback: () => void;
}

/** Time that stands still until `advance()`. `@sestina/testing` has a better one, but depends on this package. */
export class FakeClock extends Clock {
  #time = 0;
  #timers: Entry[] = [];

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delay: number, callback: () => void): Timer {
    const entry: Entry = { due: this.#time + delay, callback };
    this.#timers.push(entry);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== entry);
      },
    };
  }

  nextTurn(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Lets milliseconds pass and fires what becomes due, in order. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#time = next.due;
      next.callback();
    }
    this.#time = end;
  }
}
