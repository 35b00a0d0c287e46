/** Somebody whose presence is kept, for the ledger. */
export interface LedgerPeer {
  /** Our own account's resources never give way to others; of contacts it stays known that they are there. */
  readonly standing: 'contact' | 'own' | 'stranger';
  /** Bytes of memory that its presence takes, estimated. */
  readonly weight: number;
  /** What the ledger has counted of it. */
  counted: number;
  /** Whether more is kept of it than that it is there. */
  readonly detailed: boolean;
  /** Keeps only that it is there. */
  shorten(): void;
  /** Forgets its presence. */
  forget(): void;
}

const MAX_BYTES = 16 * 1_024 * 1_024;

/**
 * How much is kept of who is there, over all rosters of a connection: others decide how much they send. Beyond the bound
 * strangers are forgotten, then what contacts say beside being there, those first from whom nothing has come for longest.
 */
export class PresenceLedger {
  readonly #max: number;
  #bytes = 0;
  /** Strangers that are there, the oldest first. */
  readonly #strangers = new Set<LedgerPeer>();
  /** Contacts of whom more is kept than that they are there, the oldest first. */
  readonly #contacts = new Set<LedgerPeer>();

  constructor(
    /** How many who are in no roster may still be remembered. */
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
  update(peer: LedgerPeer): boolean {
    this.remove(peer);
    if (peer.weight === 0) return true;
    this.#bytes += peer.weight;
    peer.counted = peer.weight;
    if (peer.standing === 'stranger') this.#strangers.add(peer);
    else if (peer.standing === 'contact' && peer.detailed) this.#contacts.add(peer);
    return this.#bytes <= this.#max || this.#makeRoom(peer);
  }

  /** Nothing is kept of that one. */
  remove(peer: LedgerPeer): void {
    this.#bytes -= peer.counted;
    peer.counted = 0;
    this.#strangers.delete(peer);
    this.#contacts.delete(peer);
  }

  #makeRoom(latest: LedgerPeer): boolean {
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
