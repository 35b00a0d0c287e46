import { LruMap } from '@sestina/xml';
import type { RosterItem } from './roster-item.js';

const MAX_BYTES = 16 * 1_024 * 1_024;

/**
 * How much is kept of who is there, over all rosters of a connection: others decide how much they send. Beyond the bound
 * strangers are forgotten, then what contacts say beside being there, those first from whom nothing has come for longest. The
 * resources of our own account never give way.
 */
export class PresenceLedger {
  readonly #max: number;
  /** Strangers that are there, and contacts of whom more is kept than that; with what was counted of each. */
  readonly #yielding: LruMap<RosterItem, number>;
  /** Bytes that each contact has for itself, where others do not decide how many there are. */
  contactRoom = 0;
  /** Contacts of all rosters. */
  contacts = 0;
  /** Bytes of memory that they take, estimated. */
  contactBytes = 0;

  constructor(
    /** How many who are in no roster may still be remembered; one with a long address counts as several. */
    public strangersLeft: number,
    /** Called where somebody is not remembered, or something is forgotten, for want of room. */
    readonly full: () => void,
    maxBytes = MAX_BYTES,
  ) {
    this.#max = maxBytes;
    this.#yielding = new LruMap({
      maxEntries: Number.POSITIVE_INFINITY,
      maxBytes,
      sizeOf: (weight) => weight,
      isStranger: (_weight, peer) => peer.standing === 'stranger',
      dropped: (peer) => this.#makeRoom(peer),
    });
  }

  /** Bytes of memory that kept presence takes, estimated, beside the `contactRoom` of each. */
  get bytes(): number {
    return this.#yielding.bytes + this.#yielding.reserved;
  }

  /** Something has come from that one, or it is counted among others now. False: there was no room. */
  update(peer: RosterItem): boolean {
    this.remove(peer);
    const { weight, standing } = peer;
    if (weight === 0) return true;
    const yields = standing === 'stranger' || (standing === 'contact' && peer.detailed);
    if (!yields) this.#reserve(peer);
    // One that is larger than all that there may be makes room, too.
    else if (!this.#yielding.set(peer, weight) && peer.counted === 0 && peer.weight > 0) this.#makeRoom(peer);
    if (peer.weight > 0 && this.bytes <= this.#max) return true;
    this.full();
    return standing === 'own';
  }

  /** Nothing is kept of that one. */
  remove(peer: RosterItem): void {
    this.#yielding.delete(peer);
    this.#yielding.reserved -= peer.counted;
    peer.counted = 0;
  }

  /** What does not give way. */
  #reserve(peer: RosterItem): void {
    peer.counted = peer.standing === 'contact' ? Math.max(0, peer.weight - this.contactRoom) : peer.weight;
    this.#yielding.reserved += peer.counted;
  }

  #makeRoom(peer: RosterItem): void {
    this.full();
    if (peer.standing === 'stranger') {
      peer.forget();
    } else {
      peer.shorten();
      this.#reserve(peer);
    }
  }
}
