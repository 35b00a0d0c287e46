import { LazySet } from '@sestina/xml';
import type { Clock, Timer } from '../services/clock.js';

/** Something that has begun and not come to an end. */
export interface Watched<T> {
  readonly what: T;
  readonly due: number;
}

/** Watches over what does not come to an end: each is given up when its time is over. One timer. */
export class Watchdog<T> {
  readonly #clock: Clock;
  readonly #giveUp: (what: T) => void;
  readonly #watched = new LazySet<Watched<T>>();
  #timer: Timer | undefined;
  #next = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, giveUp: (what: T) => void) {
    this.#clock = clock;
    this.#giveUp = giveUp;
  }

  /** How many have not come to an end. */
  get size(): number {
    return this.#watched.size;
  }

  watch(what: T, patience: number): Watched<T> {
    const watched = { what, due: this.#clock.monotonic() + patience };
    this.#watched.add(watched);
    if (watched.due < this.#next) this.#wait(watched.due);
    return watched;
  }

  /** It has come to an end; false where it was given up before. */
  forget(watched: Watched<T>): boolean {
    const known = this.#watched.delete(watched);
    if (this.#watched.size === 0) this.#stop();
    return known;
  }

  #wait(due: number): void {
    this.#timer?.cancel();
    this.#next = due;
    const left = Math.max(0, due - this.#clock.monotonic());
    this.#timer = this.#clock.setTimer(left, () => this.#look(), { background: true });
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#next = Number.POSITIVE_INFINITY;
  }

  #look(): void {
    this.#stop();
    // Timers may fire a little early.
    const now = this.#clock.monotonic() + 1;
    let next = Number.POSITIVE_INFINITY;
    const over = [...this.#watched].filter((watched) => {
      if (watched.due > now) next = Math.min(next, watched.due);
      return watched.due <= now;
    });
    if (next < Number.POSITIVE_INFINITY) this.#wait(next);
    for (const watched of over) if (this.#watched.delete(watched)) this.#giveUp(watched.what);
  }
}
