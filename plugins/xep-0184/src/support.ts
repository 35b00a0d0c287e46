import { type BaseXMPP, type JID, Registration } from '@sestina/core';
import type { EntityCapabilities } from '@sestina/xep-0115';
import { NS_RECEIPTS } from './stanza.js';

/** Who has the feature, as far as capabilities (XEP-0115) tell without a question. */
export class Support {
  readonly #xmpp: BaseXMPP;
  readonly #lifetime: AbortSignal;
  #caps: EntityCapabilities | undefined;

  constructor(xmpp: BaseXMPP, lifetime: AbortSignal) {
    this.#xmpp = xmpp;
    this.#lifetime = lifetime;
  }

  /** Takes what is known from there, until what is returned is disposed of. */
  learnFrom(caps: EntityCapabilities): Registration {
    this.#caps = caps;
    return new Registration(() => {
      this.#caps = undefined;
    });
  }

  /**
   * Whether there is a program with the feature at an address: at a bare one, at one of its resources. Undefined where that is not known;
   * where it can be found out it is, for the next time.
   */
  at(to: JID, own: JID): boolean | undefined {
    if (!this.#caps) return undefined;
    if (to.isFull) return this.#ofResource(to);
    const { resources } = this.#xmpp.roster.of(own).get(to) ?? { resources: new Map() };
    for (const { presence } of resources.values()) {
      if (presence.from && this.#ofResource(presence.from)) return true;
    }
    // Resources that are not there now get it, too.
    return undefined;
  }

  #ofResource(to: JID): boolean | undefined {
    const caps = this.#caps;
    const known = caps?.known(to);
    if (known || !caps?.caps(to)) return known?.has(NS_RECEIPTS);
    caps.supports(to, NS_RECEIPTS, { signal: this.#lifetime }).catch(() => {});
    return undefined;
  }
}
