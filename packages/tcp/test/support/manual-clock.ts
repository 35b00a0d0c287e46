import { Clock, type Timer } from '@sestina/core';

/** Time that stands still until `advance`. */
export class ManualClock extends Clock {
  #time = 0;
  #timers: { due: number; callback: () => void }[] = [];

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  get pending(): number {
    return this.#timers.length;
  }

  setTimer(delay: number, callback: () => void): Timer {
    const entry = { due: this.#time + delay, callback };
    this.#timers.push(entry);
    return { cancel: () => this.#remove(entry) };
  }

  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }

  #remove(entry: { callback: () => void }): void {
    this.#timers = this.#timers.filter((other) => other !== entry);
  }

  async advance(ms: number): Promise<void> {
    const end = this.#time + ms;
    await settled();
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due);
      if (!next) break;
      this.#remove(next);
      this.#time = next.due;
      next.callback();
      await settled();
    }
    this.#time = end;
  }
}

/** Until everything that only waits for promises and fresh turns has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
