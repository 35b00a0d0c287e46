import { Clock, type Timer } from '../../src/services/clock.js';

interface Entry {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time by hand, with real macrotasks: promise continuations run between two timers as they do outside of a test. */
export class ManualClock extends Clock {
  #time = 0;
  #order = 0;
  #timers: Entry[] = [];
  #turns = 0;

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delay: number, callback: () => void): Timer {
    const entry: Entry = { due: this.#time + Math.max(0, delay), order: this.#order++, callback };
    this.#timers.push(entry);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== entry);
      },
    };
  }

  nextTurn(callback: () => void): void {
    this.#turns += 1;
    setImmediate(() => {
      this.#turns -= 1;
      callback();
    });
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#timers.length;
  }

  /** When the next one is due, in milliseconds from now. */
  get next(): number | undefined {
    const due = this.#timers.map((entry) => entry.due);
    return due.length === 0 ? undefined : Math.min(...due) - this.#time;
  }

  /** Waits until nothing happens any more, without letting time pass. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet = this.#turns === 0 ? quiet + 1 : 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Lets time pass, firing what becomes due. */
  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    await this.idle();
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due || a.order - b.order)[0];
      if (!next) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#time = Math.max(this.#time, next.due);
      next.callback();
      await this.idle();
    }
    this.#time = end;
  }

  /** The event loop stands still: time passes, and what became due fires only afterwards, too late. */
  async stall(ms: number): Promise<void> {
    this.#time += ms;
    await this.advance(0);
  }
}
