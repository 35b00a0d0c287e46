import { Clock, type Timer } from '../../src/services/clock.js';

interface Entry {
  readonly due: number;
  readonly callback: () => void;
  live: boolean;
}

/** Time by hand, with real macrotasks: promise continuations run between two timers as they do outside of a test. */
export class ManualClock extends Clock {
  #time = 0;
  /** In the order in which they fire; those that were cancelled are passed over. */
  readonly #timers: Entry[] = [];
  #pending = 0;
  #turns = 0;

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delay: number, callback: () => void): Timer {
    const entry: Entry = { due: this.#time + Math.max(0, delay), callback, live: true };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.due ?? 0) > entry.due) place -= 1;
    this.#timers.splice(place, 0, entry);
    this.#pending += 1;
    return { cancel: () => this.#take(entry) };
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
    return this.#pending;
  }

  /** When the next one is due, in milliseconds from now. */
  get next(): number | undefined {
    const next = this.#first();
    return next && next.due - this.#time;
  }

  #first(): Entry | undefined {
    while (this.#timers[0]?.live === false) this.#timers.shift();
    return this.#timers[0];
  }

  #take(entry: Entry): void {
    if (entry.live) this.#pending -= 1;
    entry.live = false;
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
      const next = this.#first();
      if (!next || next.due > end) break;
      this.#take(next);
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
