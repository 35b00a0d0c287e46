import type { XmlElement } from '@sestina/core';
import { type Accounts, availableSessions } from './accounts.js';
import type { Manners } from './manners.js';
import type { Outlet } from './outlet.js';
import type { Account, Session } from './session.js';
import { presenceOf, stamp } from './stanzas.js';

/** Presence types that change who sees whom. */
export const SUBSCRIPTION_TYPES: ReadonlySet<string> = new Set([
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
]);

/** Tells the sessions of an account how a contact stands now. @internal */
export type RosterPush = (account: Account, contact: string) => void;

/** Who sees whose presence: RFC 6121 §3 and its tables in appendix A. Pre-approval (§3.4) is not offered. @internal */
export class Subscriptions {
  protected readonly outlet: Outlet;
  protected readonly push: RosterPush;
  protected readonly manners: Manners;
  protected readonly accounts: Accounts;

  constructor(outlet: Outlet, accounts: Accounts, manners: Manners, push: RosterPush) {
    this.outlet = outlet;
    this.accounts = accounts;
    this.manners = manners;
    this.push = push;
  }

  /** Whether a contact may see the user's presence, for whoever asks on that contact's side. */
  seenBy(account: Account, contact: string): boolean {
    return account.roster.hasFrom(contact);
  }

  /** What a user sends (A.2). */
  outbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster } = account;
    const routed = stamp(stanza, { from: account.bare, to: contact });
    switch (stanza.attribute('type')) {
      case 'subscribe':
        if (!roster.hasTo(contact) && !roster.get(contact)?.ask) {
          roster.update(contact, { ask: true });
          this.push(account, contact);
        }
        this.outlet.route(routed);
        break;
      case 'unsubscribe':
        this.outlet.route(routed);
        if (roster.hasTo(contact) || roster.get(contact)?.ask) {
          roster.setHalf(contact, 'to', false);
          this.push(account, contact);
        }
        break;
      case 'subscribed':
        if (!roster.requests.delete(contact)) break;
        roster.setHalf(contact, 'from', true);
        this.outlet.route(routed);
        this.push(account, contact);
        this.showTo(account, contact);
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
          this.outlet.route(presenceOf('subscribed', account.bare, contact));
        } else if (!roster.requests.has(contact)) {
          roster.requests.set(contact, delivered);
          this.deliver(availableSessions(account), delivered);
        }
        break;
      case 'unsubscribe': {
        const pending = roster.requests.delete(contact);
        const seen = roster.hasFrom(contact);
        if (!pending && !seen) break;
        this.tell(account, delivered);
        if (seen) {
          roster.setHalf(contact, 'from', false);
          this.push(account, contact);
        }
        this.outlet.route(presenceOf('unsubscribed', account.bare, contact));
        if (seen) this.hideFrom(account, contact);
        break;
      }
      case 'subscribed':
        if (roster.hasTo(contact) || !roster.get(contact)?.ask) break;
        this.tell(account, delivered);
        roster.setHalf(contact, 'to', true);
        this.push(account, contact);
        break;
      default:
        if (!roster.hasTo(contact) && !roster.get(contact)?.ask) break;
        this.tell(account, delivered);
        roster.setHalf(contact, 'to', false);
        this.push(account, contact);
    }
  }

  /** Takes a contact out of the roster, which ends both directions (RFC 6121 §2.5). */
  remove(account: Account, contact: string): void {
    const { roster } = account;
    const [to, from] = [roster.hasTo(contact) || roster.get(contact)?.ask, roster.hasFrom(contact)];
    const pending = roster.requests.delete(contact);
    // First, so that no answer of the contact's server makes a change of its own.
    roster.delete(contact);
    this.push(account, contact);
    if (to) this.outlet.route(presenceOf('unsubscribe', account.bare, contact));
    if (from) this.hideFrom(account, contact);
    if (from || pending) this.outlet.route(presenceOf('unsubscribed', account.bare, contact));
  }

  /** One who may not see the user asks whether she is there. */
  refuseProbe(account: Account, contact: string): void {
    this.outlet.route(presenceOf('unsubscribed', account.bare, contact));
  }

  #deny(account: Account, contact: string, routed: XmlElement): void {
    const { roster } = account;
    const pending = roster.requests.delete(contact);
    const seen = roster.hasFrom(contact);
    if (!pending && !seen) return;
    if (seen) this.hideFrom(account, contact);
    this.outlet.route(routed);
    if (!seen) return;
    roster.setHalf(contact, 'from', false);
    this.push(account, contact);
  }

  /** Who of an account hears what becomes of its subscriptions. */
  protected audience(account: Account): readonly Session[] {
    return [...account.sessions.values()].filter(({ interested, available }) => interested || available);
  }

  protected tell(account: Account, stanza: XmlElement): void {
    this.deliver(this.audience(account), stanza);
  }

  protected deliver(sessions: readonly Session[], stanza: XmlElement): void {
    for (const session of sessions) {
      session.deliver(this.manners.fillsTo ? stamp(stanza, { to: session.jid?.full }) : stanza);
    }
  }

  /** Shows the presence of each resource to somebody. */
  protected showTo(account: Account, contact: string): void {
    for (const { presence } of availableSessions(account)) {
      if (presence) this.outlet.route(stamp(presence, { to: contact }));
    }
  }

  protected hideFrom(account: Account, contact: string): void {
    for (const { jid } of availableSessions(account)) {
      this.outlet.route(presenceOf('unavailable', String(jid), contact));
    }
  }
}
