import { LazySet } from '@sestina/xml';
import type { RosterItem } from './roster-item.js';

const MAX_BYTES = 16 * 1_024 * 1_024;

/**
 * How much is kept of who is there, over all rosters of a connection: others decide how much they send. Beyond the bound
 * strangers are forgotten, then what contacts say beside being there, those first from whom nothing has come for longest. The
 * resources of our own account never give way.
 */
export class PresenceLedger {
  readonly #max: number;
  #bytes = 0;
  /** Strangers that are there, the oldest first. */
  readonly #strangers = new LazySet<RosterItem>();
  /** Contacts of whom more is kept than that they are there, the oldest first. */
  readonly #contacts = new LazySet<RosterItem>();
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
  }

  /** Bytes of memory that kept presence takes, estimated. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Something has come from that one, or it is counted among others now. False: there was no room. */
  update(peer: RosterItem): boolean {
    this.remove(peer);
    if (peer.weight === 0) return true;
    this.#bytes += peer.weight;
    peer.counted = peer.weight;
    if (peer.standing === 'stranger') this.#strangers.add(peer);
    else if (peer.standing === 'contact' && peer.detailed) this.#contacts.add(peer);
    return this.#bytes <= this.#max || this.#makeRoom(peer);
  }

  /** Nothing is kept of that one. */
  remove(peer: RosterItem): void {
    this.#bytes -= peer.counted;
    peer.counted = 0;
    this.#strangers.delete(peer);
    this.#contacts.delete(peer);
  }

  #makeRoom(latest: RosterItem): boolean {
    this.full();
    while (this.#bytes > this.#max) {
      const [stranger] = this.#strangers;
      const [contact] = this.#contacts;
      if (stranger) {
        this.remove(stranger);
        stranger.forget();
        if (stranger === latest) return false;
      } else if (contact) {
        this.remove(contact);
        contact.shorten();
        this.#bytes += contact.weight;
        contact.counted = contact.weight;
      } else {
        return latest.standing === 'own';
      }
    }
    return true;
  }
}
