import { Sending } from '@sestina/core';
import type { Kept, KeptStanza } from './kept-session.js';
import type { Enabled } from './stanza.js';
import { WRAP } from './stanza.js';
import { Unacked } from './unacked.js';

/** Somebody who waits until what was written so far is acknowledged. */
interface Waiter {
  readonly total: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** One session of the server with what was counted in it, both ways. */
export class ManagedSession {
  readonly unacked: Unacked;
  /** `asked`: what we write counts. `on`: what the server writes counts too. `off`: it is not managed, or not any more. */
  state: 'asked' | 'off' | 'on' = 'asked';
  /** Another process has left it behind, and may not have kept the last of what was counted. */
  leftBehind = false;
  /** What resumes it; undefined where it cannot be resumed. */
  id: string | undefined;
  /** Seconds that it is kept without a connection, where there is an end to that. */
  max: number | undefined;
  /** Where the server wants to be resumed; undefined where that was tried since the last loss. */
  location: string | undefined;
  /** How often in a row the server has resumed it and then acknowledged nothing. */
  fruitless = 0;
  /** How many were handled when the server was told so to resume it. */
  resumesFrom = 0;
  /** Since its connection was lost, by `clock.monotonic()`. */
  lostAt: number | undefined;
  readonly #waiters = new Set<Waiter>();
  #location: string | undefined;
  /** The server's stanzas that have arrived. */
  #arrived = 0;
  /** Those of them whose handlers are done. */
  #handled = 0;
  /** Stanzas of before that are still being handled. */
  #earlier = 0;

  /** @param unacked What was written in it before. */
  constructor(unacked = new Unacked()) {
    this.unacked = unacked;
  }

  /** One that another process has left behind. */
  static of({ acked, handled, id, max, stanzas }: Kept): ManagedSession {
    const unacked = new Unacked(acked);
    for (const { element, at } of stanzas) {
      const sending = new Sending(element, element.toString().length);
      sending.move('written');
      unacked.add(sending, at);
    }
    const session = new ManagedSession(unacked);
    session.state = 'on';
    session.leftBehind = true;
    session.resumesFrom = handled;
    session.id = id;
    session.max = max;
    session.#arrived = handled;
    session.#handled = handled;
    return session;
  }

  /**
   * The server's counter begins now.
   * @param resume Whether it may be resumed. @param max Seconds, at most. @param inFlight Stanzas that arrived before and are being
   *   handled.
   */
  begin(enabled: Enabled, resume: boolean, max: number | undefined, inFlight: number): void {
    this.state = 'on';
    // Without an id there is nothing to resume it by, whatever else is said.
    this.id = resume && enabled.resume ? enabled.id || undefined : undefined;
    const bounds = [max, enabled.max].filter((bound) => bound !== undefined);
    this.max = bounds.length > 0 ? Math.min(...bounds) : undefined;
    this.#location = enabled.location;
    this.#earlier = inFlight;
  }

  /** Its connection was lost at that time, by `clock.monotonic()`. */
  lost(at: number): void {
    this.lostAt = at;
    this.location = this.#location;
  }

  /** Until when it is kept without a connection, by `clock.monotonic()`. */
  get until(): number {
    const { lostAt = 0, max = Number.POSITIVE_INFINITY } = this;
    return lostAt + max * 1_000;
  }

  /** How many have arrived since the server was told to resume behind them: what comes again although this process has it. */
  get unhandled(): number {
    return (this.#arrived - this.resumesFrom + WRAP) % WRAP;
  }

  /** The server is told now how many were handled, so that it resumes behind them. */
  resumes(): void {
    this.resumesFrom = this.#handled;
  }

  /** How many were handled, as a counter of 32 bits. */
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

  /** Whether somebody waits for an acknowledgement. */
  get awaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Resolves with the next acknowledgement that is of all that was written so far. */
  acknowledged(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = withResolvers();
    const waiter = { total: this.unacked.total + this.unacked.size, resolve, reject };
    this.#waiters.add(waiter);
    signal.addEventListener('abort', () => this.#waiters.delete(waiter), { once: true });
    return promise;
  }

  /** The server has said how many it has. */
  told(): void {
    for (const waiter of this.#waiters) {
      if (this.unacked.total < waiter.total) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** It is over: what the server has not counted may or may not have arrived. */
  end(reason: Error): readonly KeptStanza[] {
    this.state = 'off';
    this.id = undefined;
    for (const { reject } of this.#waiters) reject(reason);
    this.#waiters.clear();
    return this.unacked.lose(reason);
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (reason: Error) => void } {
  let resolve: () => void = () => {};
  let reject: (reason: Error) => void = () => {};
  const promise = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
