import type { BaseXMPP, JID } from '@sestina/core';
import { LruMap } from '@sestina/core/util';

const MAX_BYTES = 4_194_304;

/** Which image each device of a contact, and each occupant of a room, has announced; and the last one of each account. */
export class HeardHashes {
  readonly #xmpp: BaseXMPP;
  /** By full JID; an empty text for no image. */
  readonly #devices: LruMap<string, string>;
  /** By bare JID. */
  readonly #accounts: LruMap<string, string>;

  constructor(xmpp: BaseXMPP, maxKept: number) {
    this.#xmpp = xmpp;
    const sizeOf = (_hash: string, jid: string): number => 250 + 2 * jid.length;
    const isStranger = (_hash: string, jid: string): boolean => !xmpp.roster.of().has(jid.split('/', 1)[0] ?? '');
    const bounds = { maxEntries: maxKept, maxBytes: MAX_BYTES, sizeOf, isStranger };
    this.#devices = new LruMap(bounds);
    this.#accounts = new LruMap(bounds);
  }

  /** What that address has announced: a device, an occupant, or any device of an account. */
  get(jid: JID): string | undefined {
    return jid.isBare ? this.#accounts.get(jid.full) : this.#devices.get(jid.full);
  }

  /** @returns whether that is news of the address, and whether it is of its account. */
  set(jid: JID, hash: string): { readonly device: boolean; readonly account: boolean } {
    const device = this.#devices.get(jid.full) !== hash;
    if (device) this.#devices.set(jid.full, hash);
    // Occupants of a room are nobody's devices.
    if (this.#xmpp.claimOf(jid)) return { device, account: false };
    const account = this.#accounts.get(jid.bare.full) !== hash;
    if (account) this.#accounts.set(jid.bare.full, hash);
    return { device, account };
  }

  /** That one is gone, or says nothing any more. */
  delete(jid: JID): boolean {
    return this.#devices.delete(jid.full);
  }

  clear(): void {
    this.#devices.clear();
    this.#accounts.clear();
  }
}
