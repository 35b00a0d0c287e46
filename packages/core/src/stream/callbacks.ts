import { Registration } from '../registration.js';
import type { FailureReport } from './events.js';

/** Functions that are called at once, in the order in which they were added. */
export class Callbacks<A extends readonly unknown[]> {
  readonly #what: string;
  readonly #report: FailureReport;
  #entries: readonly { readonly call: (...args: A) => void }[] = [];

  /** @param what What reports call it where one throws. */
  constructor(what: string, report: FailureReport) {
    this.#what = what;
    this.#report = report;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(call: (...args: A) => void): Registration {
    // An entry each: the same function added twice is called twice and taken out one by one.
    const entry = { call };
    this.#entries = [...this.#entries, entry];
    return new Registration(() => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    });
  }

  /** Calls all of them; what one throws is reported. */
  call(...args: A): void {
    for (const { call } of this.#entries) {
      try {
        call(...args);
      } catch (error) {
        this.#report(error, this.#what);
      }
    }
  }

  clear(): void {
    this.#entries = [];
  }
}
