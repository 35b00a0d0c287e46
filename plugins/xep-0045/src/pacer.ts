import type { Clock } from '@sestina/core';
import { deadline } from '@sestina/core/util';

/** Waits. @throws the signal's reason. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    deadline(clock, { what: 'a pause', timeout: milliseconds, signal, background: true }, (reason) => {
      if (signal.aborted) reject(reason);
      else resolve();
    });
  });
}

/** Lets so many begin within any second, first come, first served. */
export class Pacer {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #window: number;
  /** When the last ones have begun, or are to. */
  readonly #begins: number[] = []; // bound: those within one window

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#burst = Math.max(1, Math.floor(perSecond));
    this.#window = (1_000 * this.#burst) / perSecond;
  }

  /** Resolves when the caller may begin. @throws the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.#clock.monotonic();
    const first = this.#begins.length < this.#burst ? undefined : this.#begins.shift();
    const at = first === undefined ? now : Math.max(now, first + this.#window);
    this.#begins.push(at);
    if (at > now) await sleep(this.#clock, at - now, signal);
  }
}
