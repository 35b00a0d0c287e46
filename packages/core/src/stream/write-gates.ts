import { Registration } from '../registration.js';
import type { Sending } from '../sending.js';
import type { FailureReport } from './events.js';

/** Who is asked of each stanza whether it may be written by now. */
export class WriteGates {
  readonly #report: FailureReport;
  readonly #changed: () => void;
  #gates: readonly { readonly ready: (sending: Sending) => boolean }[] = [];

  /** @param changed One was taken out: what waits may be ready now. */
  constructor(report: FailureReport, changed: () => void) {
    this.#report = report;
    this.#changed = changed;
  }

  add(ready: (sending: Sending) => boolean): Registration {
    const gate = { ready };
    this.#gates = [...this.#gates, gate];
    return new Registration(() => {
      this.#gates = this.#gates.filter((other) => other !== gate);
      this.#changed();
    });
  }

  /** Whether all of them let it pass; one that throws does. */
  pass(sending: Sending): boolean {
    for (const { ready } of this.#gates) {
      try {
        if (!ready(sending)) return false;
      } catch (error) {
        this.#report(error, 'callback before a stanza is written');
      }
    }
    return true;
  }
}
