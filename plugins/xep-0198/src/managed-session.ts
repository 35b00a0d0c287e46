import type { Sending } from '@sestina/core';
import { Unacked, WRAP } from './unacked.js';

/** The namespace of stream management, and the feature that the server offers. */
export const NS_SM = 'urn:xmpp:sm:3';

/** One session of the server with what was counted in it, both ways. */
export class ManagedSession {
  readonly unacked = new Unacked();
  /** `asked`: what we write counts. `on`: what the server writes counts too. `off`: it is not managed, or not any more. */
  state: 'asked' | 'off' | 'on' = 'asked';
  /** What resumes it; undefined where it cannot be resumed. */
  id: string | undefined;
  /** Seconds that the server keeps it without a connection, where it says so. */
  max: number | undefined;
  /** Since its connection was lost, by `clock.monotonic()`. */
  lostAt: number | undefined;
  /** The server's stanzas that have arrived. */
  #arrived = 0;
  /** Those of them whose handlers are done. */
  #handled = 0;
  /** Stanzas of before that are still being handled. */
  #earlier = 0;

  /** The server's counter begins now. @param inFlight Stanzas that arrived before and are being handled. */
  begin(id: string | undefined, max: number | undefined, inFlight: number): void {
    this.state = 'on';
    this.id = id;
    this.max = max;
    this.#earlier = inFlight;
  }

  /** How many have arrived, as a counter of 32 bits: what need not be sent again to this process. */
  get arrived(): number {
    return this.#arrived;
  }

  /** How many were handled. */
  get handled(): number {
    return this.#handled;
  }

  /** One has arrived. */
  arrives(): void {
    if (this.state === 'on') this.#arrived = (this.#arrived + 1) % WRAP;
  }

  /** One was handled; true where it counts. */
  handles(): boolean {
    if (this.state !== 'on') return false;
    if (this.#earlier > 0) {
      this.#earlier -= 1;
      return false;
    }
    this.#handled = (this.#handled + 1) % WRAP;
    return true;
  }

  /** It is over: what the server has not counted may or may not have arrived. */
  end(reason: Error): readonly Sending[] {
    const { sendings } = this.unacked;
    this.state = 'off';
    this.id = undefined;
    this.unacked.lose(reason);
    return sendings;
  }
}
