import type { XmlElement } from '@sestina/core';
import { availableSessions } from './accounts.js';
import type { Account, Session } from './session.js';
import { presenceOf, stamp } from './stanzas.js';
import { Subscriptions } from './subscriptions.js';

/**
 * Subscriptions as Prosody 0.12 has them: it pushes also where nothing has changed, offers pre-approval, acknowledges each request
 * with `unavailable`, and pushes the removal of somebody who was in no roster where a request is withdrawn. Of a user who is not there it
 * believes the roster of the contact, where that one is. @internal
 */
export class ProsodySubscriptions extends Subscriptions {
  override outbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster } = account;
    if (contact === account.bare) return;
    const routed = stamp(stanza, { from: account.bare, to: contact });
    switch (stanza.attribute('type')) {
      case 'subscribe':
        if (!roster.hasTo(contact)) roster.update(contact, { ask: true });
        this.push(account, contact);
        this.outlet.route(routed);
        break;
      case 'unsubscribe':
        if (roster.get(contact)) {
          roster.setHalf(contact, 'to', false);
          this.push(account, contact);
        }
        this.outlet.route(routed);
        break;
      case 'subscribed':
        this.#approve(account, routed, contact);
        break;
      default: {
        const seen = roster.hasFrom(contact);
        if (!roster.requests.delete(contact) && !seen) break;
        if (seen) {
          roster.setHalf(contact, 'from', false);
          this.push(account, contact);
        }
        this.outlet.route(routed);
        if (seen) this.hideFrom(account, contact);
      }
    }
  }

  #approve(account: Account, routed: XmlElement, contact: string): void {
    const { roster } = account;
    if (roster.requests.delete(contact)) {
      roster.setHalf(contact, 'from', true);
      this.push(account, contact);
    } else if (!roster.hasFrom(contact)) {
      roster.update(contact, {});
      roster.approved.add(contact);
      this.push(account, contact);
    }
    if (this.seenBy(account, contact)) {
      this.outlet.route(routed);
      this.showTo(account, contact);
    }
    if (
      this.#looksInto(account, contact)
        ? this.accounts.of(contact)?.roster.hasFrom(account.bare)
        : roster.hasTo(contact)
    )
      this.outlet.route(presenceOf('probe', account.bare, contact));
  }

  override seenBy(account: Account, contact: string): boolean {
    if (!this.#looksInto(account, contact)) return super.seenBy(account, contact);
    return this.accounts.of(contact)?.roster.hasTo(account.bare) ?? false;
  }

  /** Whether the contact's roster is at hand, and the user's is not. */
  #looksInto({ sessions }: Account, contact: string): boolean {
    return sessions.size === 0 && (this.accounts.of(contact)?.sessions.size ?? 0) > 0;
  }

  override inbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster } = account;
    const delivered = stamp(stanza, { from: contact, to: account.bare });
    let changes = false;
    switch (stanza.attribute('type')) {
      case 'subscribe':
        this.#asked(account, delivered, contact);
        return;
      case 'unsubscribe':
        changes = roster.requests.delete(contact);
        if (roster.hasFrom(contact)) {
          changes = true;
          roster.setHalf(contact, 'from', false);
        }
        break;
      case 'subscribed':
        changes = roster.get(contact)?.ask === true;
        if (changes) roster.setHalf(contact, 'to', true);
        break;
      default:
        changes = roster.hasTo(contact) || roster.get(contact)?.ask === true;
        if (changes) roster.setHalf(contact, 'to', false);
    }
    if (!changes) return;
    this.tell(account, delivered);
    this.push(account, contact);
  }

  #asked(account: Account, delivered: XmlElement, contact: string): void {
    const { roster, bare } = account;
    const seen = roster.hasFrom(contact);
    if (this.seenBy(account, contact)) {
      this.outbound(account, presenceOf('subscribed', bare, contact), contact);
      if (availableSessions(account).length > 0) this.showTo(account, contact);
      else this.outlet.route(presenceOf('unavailable', bare, contact));
    } else if (roster.approved.has(contact)) {
      if (seen || roster.requests.has(contact)) return;
      roster.requests.set(contact, delivered);
      this.outbound(account, presenceOf('subscribed', bare, contact), contact);
    } else {
      this.outlet.route(presenceOf('unavailable', bare, contact));
      if (seen || roster.requests.has(contact)) return;
      roster.requests.set(contact, delivered);
      this.deliver(availableSessions(account), delivered);
    }
  }

  /** What the contact had asked for still waits. */
  override remove(account: Account, contact: string): void {
    const { roster } = account;
    const { ask } = roster.get(contact) ?? {};
    if (roster.hasFrom(contact) || roster.requests.has(contact)) {
      this.outlet.route(presenceOf('unsubscribed', account.bare, contact));
    }
    if (roster.hasTo(contact) || ask) {
      this.hideFrom(account, contact);
      this.outlet.route(presenceOf('unsubscribe', account.bare, contact));
    }
    roster.delete(contact);
    this.push(account, contact);
  }

  override refuseProbe(account: Account, contact: string): void {
    this.outbound(account, presenceOf('unsubscribed', account.bare, contact), contact);
  }

  protected override audience(account: Account): readonly Session[] {
    return [...account.sessions.values()].filter(({ interested }) => interested);
  }
}
