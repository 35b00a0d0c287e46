import type { Clock, Random, Timer, XmlElement } from '@sestina/core';

/** What a `MemoryServer` with stream management does (XEP-0198). */
export interface ServerStreamManagement {
  /** Whether a session can be resumed. Default true. */
  resume?: boolean;
  /** Seconds for which a session is kept without a connection, where the client does not ask for less. Default 300. */
  max?: number;
  /** After how many stanzas the client is asked what it has. Default 5. */
  requestEvery?: number;
  /** Stanzas that may wait for their acknowledgement; one more ends the session with `policy-violation`. Default 1,000. */
  maxUnacked?: number;
}

// Counters have 32 bits (XEP-0198 §4).
const WRAP = 2 ** 32;

/** What is counted in one session, and what the client has not acknowledged. @internal */
export class StanzaCounts {
  /** What resumes it; undefined: nothing does. */
  readonly id: string | undefined;
  /** Whether it may be resumed, still. */
  resumable: boolean;
  /** Seconds that it is kept. */
  readonly max: number;
  readonly #settings: Required<ServerStreamManagement>;
  #received = 0;
  #acked = 0;
  #unacked: XmlElement[] = [];
  #expiry: Timer | undefined;

  constructor(settings: Required<ServerStreamManagement>, random: Random, wanted: { resume: boolean; max: number }) {
    this.#settings = settings;
    this.id = wanted.resume && settings.resume ? random.id() : undefined;
    this.resumable = this.id !== undefined;
    this.max = Math.min(settings.max, wanted.max);
  }

  /** The stanzas of the client that were counted. */
  get received(): number {
    return this.#received;
  }

  /** What was sent, or would have been, and is not acknowledged, the oldest first. */
  get unacked(): readonly XmlElement[] {
    return this.#unacked;
  }

  /** Whether more wait for their acknowledgement than may. */
  get full(): boolean {
    return this.#unacked.length > this.#settings.maxUnacked;
  }

  /** One has come. */
  receives(): void {
    this.#received = (this.#received + 1) % WRAP;
  }

  /** One goes out. True where it is time to ask for an acknowledgement. */
  sends(stanza: XmlElement): boolean {
    this.#unacked.push(stanza);
    return this.#unacked.length % this.#settings.requestEvery === 0;
  }

  /** The client says how many it has. False: that is more than were sent. */
  acknowledge(h: number): boolean {
    const count = (h - this.#acked + WRAP) % WRAP;
    // An older count says nothing new.
    if (count >= WRAP / 2) return true;
    if (count > this.#unacked.length) return false;
    this.#acked = h;
    this.#unacked.splice(0, count);
    return true;
  }

  /** How many were sent, as the client should count. */
  get sent(): number {
    return (this.#acked + this.#unacked.length) % WRAP;
  }

  /** Calls back when it has been kept for long enough, unless `stay()` comes first. */
  expireOn(clock: Clock, expired: () => void): void {
    this.#expiry = clock.setTimer(this.max * 1_000, expired, { background: true });
  }

  stay(): void {
    this.#expiry?.cancel();
    this.#expiry = undefined;
  }
}
