import type { Clock, Timer } from '@sestina/core';

/** Something that is done a while after it was first wanted, once. */
export class Delayed {
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #act: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, delay: number, act: () => void) {
    this.#clock = clock;
    this.#delay = delay;
    this.#act = act;
  }

  /** Whether it is to be done. */
  get pending(): boolean {
    return this.#timer !== undefined;
  }

  /** It is wanted. */
  want(): void {
    this.#timer ??= this.#clock.setTimer(
      this.#delay,
      () => {
        this.#timer = undefined;
        this.#act();
      },
      { background: true },
    );
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
