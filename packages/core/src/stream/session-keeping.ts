import { Registration } from '../registration.js';
import type { Clock, Timer } from '../services/clock.js';
import { within } from '../util/within.js';
import type { FailureReport } from './events.js';
import type { SessionKeeper } from './session.js';

/** Whether and until when a session outlives its connection. */
export class SessionKeeping {
  readonly #clock: Clock;
  readonly #report: FailureReport;
  readonly #late: () => boolean;
  #keepers: readonly { readonly keeper: SessionKeeper }[] = [];
  #timer: Timer | undefined;
  #expired = false;

  /** @param late The time is up: ends the session, or says with false that it is to be asked again. */
  constructor(clock: Clock, report: FailureReport, late: () => boolean) {
    this.#clock = clock;
    this.#report = report;
    this.#late = late;
  }

  add(keeper: SessionKeeper): Registration {
    // An entry each: one that is added twice is taken out one by one.
    const entry = { keeper };
    this.#keepers = [...this.#keepers, entry];
    return new Registration(() => {
      this.#keepers = this.#keepers.filter((other) => other !== entry);
    });
  }

  /** Whether somebody keeps the session that has just lost its connection. */
  keeps(reason: Error): boolean {
    let end: number | undefined;
    for (const { keeper } of this.#keepers) {
      try {
        if (keeper.keeps(reason)) end = Math.max(end ?? 0, keeper.until?.() ?? Number.POSITIVE_INFINITY);
      } catch (error) {
        this.#report(error, 'keeper of the session');
      }
    }
    if (end === undefined) return false;
    const left = end - this.#clock.monotonic();
    if (left < Number.POSITIVE_INFINITY) this.#timer = this.#clock.setTimer(left, () => this.#expire());
    return true;
  }

  #expire(): void {
    this.#timer = undefined;
    this.#expired = !this.#late();
  }

  /** Looks again whether the time is up. */
  look(): void {
    if (this.#expired) this.#expire();
  }

  /** Resolves once nothing is kept of what is over, or after so many milliseconds. */
  forgotten(timeout: number): Promise<unknown> {
    const all = Promise.allSettled(this.#keepers.map(async ({ keeper }) => keeper.forgotten?.()));
    return within(this.#clock, () => all, { what: 'the session', timeout }).catch(() => {});
  }

  /** It goes on, or is over. */
  over(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#expired = false;
  }
}
