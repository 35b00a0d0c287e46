import { LazyMap } from '@sestina/xml';
import { JID } from '../../jid/index.js';
import { Registration } from '../../registration.js';
import type { Presence } from '../../stanza/presence.js';

/** What a claimed address is: a room with occupants, or a service that sends presence of its own. */
export type ClaimKind = 'room' | 'service';

/** How an address is claimed. */
export interface ClaimOptions {
  readonly kind: ClaimKind;
  /** Gets every presence from that address and its resources, in stream order, before anybody else hears of it. */
  readonly presence?: ((presence: Presence) => void) | undefined;
  /**
   * A component's address for which it counts.
   * @default all of them
   */
  readonly owner?: JID | string | undefined;
}

/** An address whose presence belongs to somebody, and that is no contact. */
export interface Claim {
  /** Bare JID. */
  readonly jid: JID;
  readonly kind: ClaimKind;
  /** Bare JID; undefined for all of our addresses. */
  readonly owner: JID | undefined;
}

interface Claimed extends Claim {
  readonly presence: ((presence: Presence) => void) | undefined;
}

/** Rooms and gateways whose presence is none of a contact. */
export class Claims {
  readonly #claims = new LazyMap<string, readonly Claimed[]>(); // bound: rooms and services that plugins claim

  add(bare: JID | string, { kind, presence, owner }: ClaimOptions): Registration {
    const jid = JID.from(bare).bare;
    const claim: Claimed = { jid, kind, presence, owner: owner === undefined ? undefined : JID.from(owner).bare };
    this.#claims.set(jid.full, [...(this.#claims.get(jid.full) ?? []), claim]);
    return new Registration(() => {
      const left = (this.#claims.get(jid.full) ?? []).filter((other) => other !== claim);
      if (left.length > 0) this.#claims.set(jid.full, left);
      else this.#claims.delete(jid.full);
    });
  }

  /** What that address is claimed as; of several claims the last. */
  of(jid: JID, owner?: JID): Claim | undefined {
    return this.#of(jid, owner).at(-1);
  }

  #of(jid: JID, owner: JID | undefined): readonly Claimed[] {
    const claims = this.#claims.size > 0 ? this.#claims.get(jid.bare.full) : undefined;
    return (claims ?? []).filter((claim) => !claim.owner || (owner && claim.owner.equals(owner.bare)));
  }

  /** Gives a presence to those who claim where it comes from. False where nobody does. */
  deliver(presence: Presence, failed: (error: unknown) => void): boolean {
    const { from, to } = presence;
    const claims = from ? this.#of(from, to) : [];
    for (const claim of claims) {
      try {
        claim.presence?.(presence);
      } catch (error) {
        failed(error);
      }
    }
    return claims.length > 0;
  }
}
