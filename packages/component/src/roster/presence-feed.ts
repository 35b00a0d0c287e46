import {
  type Clock,
  type JID,
  type Presence,
  type Registration,
  SendError,
  type Sending,
  type SendOptions,
} from '@sestina/core';
import type { SendingOwner, SendQueue } from '@sestina/core/connection';
import { PresenceParcel } from './presence-parcel.js';
import type { PresenceDelivery } from './roster-keeper.js';

/** What the feed asks of its component. */
export interface FeedHost {
  readonly clock: Clock;
  readonly sendQueue: SendQueue;
  send(presence: Presence, options: SendOptions): Sending;
  onWritten(callback: () => void): Registration;
  /** Nobody waits for the outcome of a broadcast that failed. */
  unsent(presence: Presence, error: SendError): void;
  callbackFailed(error: unknown): void;
}

/** Copies that may be in the send queue at once, and that are sent without a pause. */
const AT_ONCE = 100;
/** Single stanzas that may wait. Broadcasts need no bound: there is one for each address of ours. */
const MAX_SINGLE = 10_000;

/**
 * Lets presence out as fast as the send queue takes it: a broadcast goes to thousands. Who is told something else meanwhile gets
 * first what was left for him, so that he hears everything in order. A newer broadcast of an address takes the place of what is
 * left of the older one.
 */
export class PresenceFeed implements PresenceDelivery {
  readonly #host: FeedHost;
  /** Those with somebody left, the oldest first. */
  readonly #parcels = new Set<PresenceParcel>();
  /** The same by the address that they are from. */
  readonly #byOwner = new Map<string, Set<PresenceParcel>>(); // bound: broadcasts of ours, of which the last counts
  readonly #window: number;
  /** Those of ours that are in the send queue. */
  #queued = 0;
  #inThisTurn = 0;
  #feeding = false;
  #waiting: Registration | undefined;
  #single = 0;

  constructor(host: FeedHost) {
    this.#host = host;
    this.#window = Math.min(AT_ONCE, Math.ceil(host.sendQueue.maxStanzas / 2));
  }

  /** Sends it: to those, or to whom it is for. */
  deliver(presence: Presence, to: readonly JID[] | undefined, options: SendOptions = {}): Sending {
    const { to: one } = presence;
    if (!to && (!one || this.#single >= MAX_SINGLE)) return this.#host.send(presence, options);
    const parcel = new PresenceParcel(presence, to ?? [one as JID], this.#dated(options), this.#owner(presence));
    if (to) this.#replace(parcel);
    else this.#single += 1;
    this.#add(parcel);
    this.feed();
    return parcel.outcome;
  }

  /** Waiting here is a part of the time that is allowed. */
  #dated(options: SendOptions): () => SendOptions {
    const { ttl } = options;
    if (ttl === undefined) return () => options;
    const { clock } = this.#host;
    const end = clock.monotonic() + ttl;
    return () => ({ ...options, ttl: Math.max(0, end - clock.monotonic()) });
  }

  #owner(presence: Presence): SendingOwner {
    const report = (sending: Sending, error: SendError): void => {
      if (!sending.observed) this.#host.unsent(presence, error);
    };
    return {
      // Whoever called gets the chance to await it first.
      unsent: (sending, error) => this.#host.clock.nextTurn(() => report(sending, error)),
      ackWanted: () => {},
      callbackFailed: (error) => this.#host.callbackFailed(error),
    };
  }

  #replace(newer: PresenceParcel): void {
    const from = addressOf(newer.presence, 'from');
    const all = newer.presence.type === 'unavailable' && from === bare(from);
    for (const older of [...(this.#byOwner.get(bare(from)) ?? [])]) {
      if (older.presence.xml.attribute('to') !== undefined) continue;
      if (!all && addressOf(older.presence, 'from') !== from) continue;
      older.replacedBy(newer);
      this.#remove(older);
    }
  }

  #add(parcel: PresenceParcel): void {
    const owner = bare(addressOf(parcel.presence, 'from'));
    this.#parcels.add(parcel);
    const same = this.#byOwner.get(owner);
    if (same) same.add(parcel);
    else this.#byOwner.set(owner, new Set([parcel]));
  }

  #remove(parcel: PresenceParcel): void {
    if (!this.#parcels.delete(parcel)) return;
    const owner = bare(addressOf(parcel.presence, 'from'));
    const same = this.#byOwner.get(owner);
    same?.delete(parcel);
    if (same?.size === 0) this.#byOwner.delete(owner);
    if (parcel.presence.xml.attribute('to') !== undefined) this.#single -= 1;
  }

  /** This is sent now, past what waits: whom it is for gets that first. */
  overtakes(presence: Presence): void {
    if (this.#parcels.size === 0) return;
    const to = bare(addressOf(presence, 'to'));
    for (const parcel of [...(this.#byOwner.get(bare(addressOf(presence, 'from'))) ?? [])]) this.#send(parcel, to);
  }

  /** Sends as much as there is room for. */
  feed(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    try {
      for (const parcel of this.#parcels) {
        for (const to of parcel.left.keys()) {
          if (!this.#mayGoOn()) return;
          this.#send(parcel, to);
        }
      }
    } finally {
      this.#feeding = false;
    }
  }

  #mayGoOn(): boolean {
    const { clock, sendQueue } = this.#host;
    if (this.#inThisTurn >= AT_ONCE || this.#queued >= this.#window) return false;
    const { length, maxStanzas, bytes, maxBytes } = sendQueue;
    if (length > maxStanzas / 2 || bytes > maxBytes / 2) {
      // It is full of other things.
      this.#waiting ??= this.#host.onWritten(() => this.#again());
      return false;
    }
    if (this.#inThisTurn === 0) {
      clock.nextTurn(() => {
        this.#inThisTurn = 0;
        this.feed();
      });
    }
    this.#inThisTurn += 1;
    return true;
  }

  #again(): void {
    this.#waiting?.dispose();
    this.#waiting = undefined;
    this.feed();
  }

  #send(parcel: PresenceParcel, to: string): void {
    this.#queued += 1;
    const settled = (error?: SendError): void => {
      this.#queued -= 1;
      // Everything that waited was given up.
      if (error?.reason === 'disconnected') this.end(error);
      else this.feed();
    };
    if (!parcel.left.has(to)) settled();
    else parcel.send(to, (copy, options) => this.#host.send(copy, options), settled);
    if (parcel.left.size === 0) this.#remove(parcel);
  }

  /** The session is over: what is left is not sent. */
  end(reason: Error): void {
    this.#waiting?.dispose();
    this.#waiting = undefined;
    const error =
      reason instanceof SendError ? reason : new SendError('disconnected', reason.message, { cause: reason });
    for (const parcel of [...this.#parcels]) {
      this.#remove(parcel);
      parcel.end(error);
    }
  }
}

function addressOf(presence: Presence, which: 'from' | 'to'): string {
  return presence.xml.attribute(which) ?? '';
}

function bare(address: string): string {
  const slash = address.indexOf('/');
  return slash < 0 ? address : address.slice(0, slash);
}
