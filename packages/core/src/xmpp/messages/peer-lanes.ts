import { LazyMap } from '@sestina/xml';
import type { QueueEntry } from '../../stream/event-queue.js';

/** What lanes ask of the connection. */
export interface PeerLanesHost {
  /** Puts an entry into the event queue, which counts it for back-pressure. */
  push(entry: QueueEntry): void;
  /** A message was not taken, the first of some. */
  overflowed(peer: string): void;
}

interface Lane {
  waiting: number;
  bytes: number;
  /** It has been said that some were not taken. */
  full: boolean;
}

// Bytes of what strangers have waiting: of one, of all. In all the event queue pauses the transport at 2 MiB.
const STRANGER_BYTES = 262_144;
const STRANGERS_BYTES = 1_048_576;

/**
 * Messages that wait for a transform, in the order of each peer. They lie in the event queue, so that many of them pause the transport.
 * Strangers cannot do that: beyond half of what the queue holds, theirs are not taken.
 */
export class PeerLanes {
  readonly #host: PeerLanesHost;
  readonly #lanes = new LazyMap<string, Lane>(); // bound: the event queue; for strangers half of it
  readonly #maxOfStranger: number;
  readonly #maxOfStrangers: number;
  readonly #strangers = { waiting: 0, bytes: 0 };

  /** @param maxUnhandled How many entries the event queue takes before the transport is paused. */
  constructor(host: PeerLanesHost, maxUnhandled: number) {
    this.#host = host;
    this.#maxOfStranger = Math.max(1, Math.floor(maxUnhandled / 4));
    this.#maxOfStrangers = Math.max(1, Math.floor(maxUnhandled / 2));
  }

  /** Peers of whom messages wait. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Whether messages of that peer wait: further ones have to wait behind them. */
  isBusy(peer: string): boolean {
    return this.#lanes.has(peer);
  }

  /**
   * Runs `work` when what waits of that peer has been done; false where there is no room for it.
   * @param known It is no stranger.
   */
  hold(peer: string, known: boolean, size: number, work: () => PromiseLike<void> | void): boolean {
    const lane = this.#lanes.get(peer) ?? { waiting: 0, bytes: 0, full: false };
    if (!known && !this.#hasRoom(lane, size)) {
      if (!lane.full) this.#host.overflowed(peer);
      lane.full = true;
      return false;
    }
    this.#lanes.set(peer, lane);
    this.#count(lane, known, 1, size);
    const run = async (): Promise<void> => {
      try {
        await work();
      } finally {
        this.#count(lane, known, -1, -size);
        if (lane.waiting === 0) this.#lanes.delete(peer);
      }
    };
    this.#host.push({ run, lane, size, what: () => `transform of messages of ${peer}` });
    return true;
  }

  #hasRoom({ waiting, bytes }: Lane, size: number): boolean {
    const all = this.#strangers;
    return (
      waiting < this.#maxOfStranger &&
      bytes + size <= STRANGER_BYTES &&
      all.waiting < this.#maxOfStrangers &&
      all.bytes + size <= STRANGERS_BYTES
    );
  }

  #count(lane: Lane, known: boolean, count: number, bytes: number): void {
    lane.waiting += count;
    lane.bytes += bytes;
    if (known) return;
    this.#strangers.waiting += count;
    this.#strangers.bytes += bytes;
  }
}
