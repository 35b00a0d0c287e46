import type { SendError, Sending } from '../sending.js';
import type { Clock } from '../services/clock.js';

/** A stanza that was not sent, and why. */
export interface Unsent {
  readonly sending: Sending;
  readonly error: SendError;
}

const MAX_REPORTED = 1_000;

/** Stanzas that were not sent, on their way to a report: nothing is dropped in silence where nobody awaits the outcome. */
export class UnsentReport {
  readonly #clock: Clock;
  readonly #report: (unsent: readonly Unsent[], more: number) => void;
  #collected: Unsent[] | undefined;
  #more = 0;

  /** @param report Called with those whose outcome nobody awaits; `more`: how many others there were beside these. */
  constructor(clock: Clock, report: (unsent: readonly Unsent[], more: number) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  add(unsent: Unsent): void {
    if (!this.#collected) {
      this.#collected = [];
      // Whoever called send() gets the chance to await it first.
      this.#clock.nextTurn(() => this.#tell());
    }
    if (this.#collected.length < MAX_REPORTED) this.#collected.push(unsent);
    else if (!unsent.sending.observed) this.#more += 1;
  }

  #tell(): void {
    const unsent = (this.#collected ?? []).filter(({ sending }) => !sending.observed);
    const more = this.#more;
    this.#collected = undefined;
    this.#more = 0;
    if (unsent.length > 0 || more > 0) this.#report(unsent, more);
  }
}
