import type { Registration } from '../registration.js';
import type { Clock } from '../services/clock.js';
import { KeepAlive, type KeepAliveOptions } from './keep-alive.js';
import type { Link } from './link.js';
import { ConnectionLostError } from './link-errors.js';

/** What watching a link leads to. */
export interface LinkWatchOwner {
  /** The peer is to give a sign of life. */
  ask(): void;
  /** The program was asleep. */
  woke(): void;
}

/** The link of a session as it is read: whether reading is paused, and what silence on it means. */
export class LinkWatch {
  readonly #keepAlive: KeepAlive;
  #link: Link | undefined;
  /** The link is saying goodbye: its silence tells nothing any more. */
  #leaving = false;
  #paused = false;
  /** Much waits for the peer to read. */
  #congested = false;
  /** The peer's silence tells nothing: it is we who do not read. */
  #resting = false;

  constructor(clock: Clock, options: KeepAliveOptions | false | undefined, owner: LinkWatchOwner) {
    const dead = (silence: number): void => {
      const seconds = Math.round(silence / 1_000);
      const text = `nothing was received for ${seconds} s: the connection is dead`;
      this.#link?.destroy(new ConnectionLostError('timeout', text));
    };
    this.#keepAlive = new KeepAlive(clock, options, { ask: () => owner.ask(), woke: () => owner.woke(), dead });
  }

  /** The link that is watched. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Asks after so much silence at the latest. */
  atMost(interval: number): Registration {
    return this.#keepAlive.atMost(interval);
  }

  /** There is a session on this link. */
  attach(link: Link): void {
    this.#link = link;
    this.#leaving = false;
    if (this.#paused) link.transport.pause();
    if (!this.#resting) this.#keepAlive.start();
  }

  /** The link is gone. */
  detach(): void {
    this.#link = undefined;
    this.#keepAlive.stop();
  }

  /** The stream on it is being ended. */
  leave(): void {
    this.#leaving = true;
    this.#keepAlive.stop();
  }

  /** Reads on whatever waits for the handlers: the peer's goodbye has to be read. */
  resume(): void {
    if (this.#paused && this.#link && !this.#link.closed) this.#link.transport.resume();
  }

  /** Stops or goes on reading. Silence that we asked for is not the peer's, unless it is the peer that does not read. */
  setPaused(paused: boolean, congested: boolean): void {
    const resting = this.#resting;
    const changed = paused !== this.#paused;
    this.#paused = paused;
    this.#congested = congested;
    this.#resting = paused && !congested;
    if (!this.#link) return;
    if (this.#resting) this.#keepAlive.stop();
    else if (resting && !this.#leaving) this.#keepAlive.start();
    if (changed) this.#link.transport[paused ? 'pause' : 'resume']();
  }

  /** Something was received on it. */
  heard(): void {
    this.#keepAlive.heard();
  }

  /** It takes what we send: a sign of life where nothing is read. */
  drained(): void {
    if (this.#congested) this.#keepAlive.heard();
  }

  /** Asks now whether it still is one. */
  probe(): void {
    this.#keepAlive.probe();
  }
}
