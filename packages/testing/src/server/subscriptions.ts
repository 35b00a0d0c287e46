import type { XmlElement } from '@sestina/core';
import { availableSessions } from './accounts.js';
import type { Outlet } from './outlet.js';
import type { Account } from './session.js';
import { presenceOf, stamp } from './stanzas.js';

/** Presence types that change who sees whom. */
export const SUBSCRIPTION_TYPES: ReadonlySet<string> = new Set([
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
]);

/** Who sees whose presence: RFC 6121 §3 and its tables in appendix A. Pre-approval (§3.4) is not offered. @internal */
export class Subscriptions {
  readonly #outlet: Outlet;
  readonly #push: (account: Account, contact: string) => void;

  /** @param push Tells the sessions of an account how a contact stands now. */
  constructor(outlet: Outlet, push: (account: Account, contact: string) => void) {
    this.#outlet = outlet;
    this.#push = push;
  }

  /** What a user sends (A.2). */
  outbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster } = account;
    const routed = stamp(stanza, { from: account.bare, to: contact });
    switch (stanza.attribute('type')) {
      case 'subscribe':
        if (!roster.hasTo(contact) && !roster.get(contact)?.ask) {
          roster.update(contact, { ask: true });
          this.#push(account, contact);
        }
        this.#outlet.route(routed);
        break;
      case 'unsubscribe':
        this.#outlet.route(routed);
        if (roster.hasTo(contact) || roster.get(contact)?.ask) {
          roster.setHalf(contact, 'to', false);
          this.#push(account, contact);
        }
        break;
      case 'subscribed':
        if (!roster.requests.delete(contact)) break;
        roster.setHalf(contact, 'from', true);
        this.#outlet.route(routed);
        this.#push(account, contact);
        this.#showTo(account, contact);
        break;
      default:
        this.#deny(account, contact, routed);
    }
  }

  /** What a contact sends to a user (A.3). */
  inbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster } = account;
    const delivered = stamp(stanza, { from: contact, to: account.bare });
    switch (stanza.attribute('type')) {
      case 'subscribe':
        if (roster.hasFrom(contact)) {
          this.#outlet.route(presenceOf('subscribed', account.bare, contact));
        } else if (!roster.requests.has(contact)) {
          roster.requests.set(contact, delivered);
          for (const session of availableSessions(account)) session.deliver(delivered);
        }
        break;
      case 'unsubscribe': {
        const pending = roster.requests.delete(contact);
        const seen = roster.hasFrom(contact);
        if (!pending && !seen) break;
        this.#tell(account, delivered);
        if (seen) {
          roster.setHalf(contact, 'from', false);
          this.#push(account, contact);
        }
        this.#outlet.route(presenceOf('unsubscribed', account.bare, contact));
        if (seen) this.#hideFrom(account, contact);
        break;
      }
      case 'subscribed':
        if (roster.hasTo(contact) || !roster.get(contact)?.ask) break;
        this.#tell(account, delivered);
        roster.setHalf(contact, 'to', true);
        this.#push(account, contact);
        break;
      default:
        if (!roster.hasTo(contact) && !roster.get(contact)?.ask) break;
        this.#tell(account, delivered);
        roster.setHalf(contact, 'to', false);
        this.#push(account, contact);
    }
  }

  /** Ends both directions, as when the contact is taken out of the roster. */
  cancel(account: Account, contact: string): void {
    const { roster } = account;
    if (roster.hasTo(contact) || roster.get(contact)?.ask) {
      this.#outlet.route(presenceOf('unsubscribe', account.bare, contact));
    }
    if (roster.hasFrom(contact) || roster.requests.delete(contact)) {
      const seen = roster.hasFrom(contact);
      if (seen) this.#hideFrom(account, contact);
      this.#outlet.route(presenceOf('unsubscribed', account.bare, contact));
    }
  }

  #deny(account: Account, contact: string, routed: XmlElement): void {
    const { roster } = account;
    const pending = roster.requests.delete(contact);
    const seen = roster.hasFrom(contact);
    if (!pending && !seen) return;
    if (seen) this.#hideFrom(account, contact);
    this.#outlet.route(routed);
    if (!seen) return;
    roster.setHalf(contact, 'from', false);
    this.#push(account, contact);
  }

  #tell(account: Account, stanza: XmlElement): void {
    for (const session of account.sessions.values())
      if (session.interested || session.available) session.deliver(stanza);
  }

  #showTo(account: Account, contact: string): void {
    for (const { presence } of availableSessions(account)) {
      if (presence) this.#outlet.route(stamp(presence, { to: contact }));
    }
  }

  #hideFrom(account: Account, contact: string): void {
    for (const { jid } of availableSessions(account)) {
      this.#outlet.route(presenceOf('unavailable', String(jid), contact));
    }
  }
}
