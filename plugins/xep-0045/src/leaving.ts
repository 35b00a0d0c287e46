import type { Clock, JID, RequestOptions } from '@sestina/core';
import { within } from '@sestina/core/util';
import { type Settle, settlement } from './room-sending.js';

/** The wait for a room to say that we are out. */
export class Leaving {
  #done: Settle<void> | undefined;

  /** Resolves with false where it does not say so in time, or the signal aborts: it was told, and what it does is its own affair. */
  async wait(clock: Clock, room: JID, options: RequestOptions): Promise<boolean> {
    this.#done ??= settlement<void>();
    try {
      await within(clock, this.#done.promise, { what: `leaving ${room}`, ...options });
      return true;
    } catch {
      return false;
    }
  }

  /** We are out. */
  done(): void {
    this.#done?.resolve();
  }
}
