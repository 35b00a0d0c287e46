import { type JID, Registration } from '@sestina/core';
import { LruMap } from '@sestina/core/util';

/** What is told to who waits for a receipt. */
export interface Waiter {
  arrived(by: JID): void;
  failed(error: Error): void;
}

/** What has become of a message that asked for a receipt. */
interface Sent {
  /** The first resource that has it. */
  by?: JID;
  error?: Error;
}

/** Messages that asked for a receipt, and those who wait for one. */
export class Awaited {
  // What we send ourselves: the latest thousand are told from ids that somebody has made up.
  readonly #sent = new LruMap<string, Sent>({
    maxEntries: 1_000,
    maxBytes: 1_000_000,
    sizeOf: (_sent, key) => 2 * key.length + 100,
  });
  readonly #waiters = new Map<string, Set<Waiter>>(); // bound: those of the program who wait

  /** A message asks for a receipt. */
  add(key: string): void {
    if (!this.#sent.has(key)) this.#sent.set(key, {});
  }

  /** Notes a receipt. False for a message that has not asked for one, as far as that is known. */
  arrived(key: string, by: JID): boolean {
    const sent = this.#sent.get(key);
    if (!sent) return false;
    sent.by ??= by;
    for (const waiter of this.#waiters.get(key) ?? []) waiter.arrived(by);
    return true;
  }

  /** Notes that a message has come back. */
  failed(key: string, error: Error): void {
    const sent = this.#sent.get(key);
    if (!sent) return;
    sent.error ??= error;
    for (const waiter of this.#waiters.get(key) ?? []) waiter.failed(error);
  }

  /** Tells of what comes, and of what has come already. */
  wait(key: string, waiter: Waiter): Registration {
    const { by, error } = this.#sent.get(key) ?? {};
    if (by) waiter.arrived(by);
    else if (error) waiter.failed(error);
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters.add(waiter));
    return new Registration(() => {
      waiters.delete(waiter);
      if (waiters.size === 0) this.#waiters.delete(key);
    });
  }
}
