import type { XmlElement } from '@sestina/core';
import { availableSessions } from './accounts.js';
import type { Account, Session } from './session.js';
import { presenceOf, stamp } from './stanzas.js';
import { Subscriptions } from './subscriptions.js';

/**
 * Subscriptions as ejabberd 23.01 has them: pushes come first, what is withdrawn goes without a word to who was asked, a removal
 * withdraws nothing, an approval without a request counts where one of the two sees the other already, and a contact of whom there
 * was only a request goes with it, with the name that it was given. @internal
 */
export class EjabberdSubscriptions extends Subscriptions {
  override outbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster } = account;
    if (contact === account.bare) return;
    const to = roster.hasTo(contact);
    const from = roster.hasFrom(contact);
    const pending = roster.requests.has(contact);
    const { ask = false } = roster.get(contact) ?? {};
    switch (stanza.attribute('type')) {
      case 'subscribe':
        if (!to && !(ask && (pending || from))) this.#change(account, contact, { ask: true });
        break;
      case 'unsubscribe':
        if (to || ask) this.#half(account, contact, 'to', false);
        break;
      case 'subscribed':
        if (from || !(pending || to)) break;
        roster.requests.delete(contact);
        this.#half(account, contact, 'from', true);
        break;
      default:
        roster.requests.delete(contact);
        if (from) {
          this.hideFrom(account, contact);
          this.#half(account, contact, 'from', false);
        } else if (pending && (to || ask)) this.push(account, contact);
        else if (pending) this.#forget(account, contact);
    }
    this.outlet.route(stamp(stanza, { from: account.bare, to: contact }));
    if (!from && roster.hasFrom(contact)) this.showTo(account, contact);
  }

  #change(account: Account, contact: string, change: { readonly ask: boolean }): void {
    account.roster.update(contact, change);
    this.#pushChange(account, contact);
  }

  #half(account: Account, contact: string, half: 'from' | 'to', on: boolean): void {
    account.roster.setHalf(contact, half, on);
    this.#pushChange(account, contact);
  }

  /** Of whom there was only a request, there is nothing without it. */
  #forget({ roster }: Account, contact: string): void {
    if (roster.get(contact)) roster.delete(contact);
  }

  /** A contact of whom nothing is left but a request that waits is pushed to nobody. */
  #pushChange(account: Account, contact: string): void {
    const { roster } = account;
    const { subscription = 'none', ask = false } = roster.get(contact) ?? {};
    if (subscription !== 'none' || ask || !roster.requests.has(contact)) this.push(account, contact);
  }

  override inbound(account: Account, stanza: XmlElement, contact: string): void {
    const { roster, bare } = account;
    const delivered = stamp(stanza, { from: contact, to: bare });
    const { ask = false } = roster.get(contact) ?? {};
    switch (stanza.attribute('type')) {
      case 'subscribe':
        if (roster.hasFrom(contact)) {
          this.outlet.route(presenceOf('subscribed', bare, contact));
          return;
        }
        if (roster.requests.has(contact)) return;
        roster.requests.set(contact, delivered);
        if (roster.hasTo(contact) || ask) this.push(account, contact);
        break;
      case 'unsubscribe': {
        const pending = roster.requests.delete(contact);
        const seen = roster.hasFrom(contact);
        if (!pending && !seen) return;
        this.outlet.route(presenceOf('unsubscribed', bare, contact));
        if (!seen && !roster.hasTo(contact) && !ask) {
          this.#forget(account, contact);
          return;
        }
        if (seen) {
          this.#half(account, contact, 'from', false);
          this.hideFrom(account, contact);
        } else this.push(account, contact);
        break;
      }
      case 'subscribed':
        // One whom we let see us counts as asked.
        if (!ask && (!roster.hasFrom(contact) || roster.hasTo(contact))) return;
        this.#half(account, contact, 'to', true);
        break;
      default:
        if (!roster.hasTo(contact) && !ask) return;
        this.#half(account, contact, 'to', false);
    }
    this.deliver(availableSessions(account), delivered);
  }

  override remove(account: Account, contact: string): void {
    const { roster } = account;
    const [to, from] = [roster.hasTo(contact), roster.hasFrom(contact)];
    roster.delete(contact);
    roster.requests.delete(contact);
    this.push(account, contact);
    if (from) this.hideFrom(account, contact);
    if (to) this.outlet.route(presenceOf('unsubscribe', account.bare, contact));
    if (from) this.outlet.route(presenceOf('unsubscribed', account.bare, contact));
  }

  /** Nobody is told anything. */
  override refuseProbe(): void {}

  protected override audience(account: Account): readonly Session[] {
    return availableSessions(account);
  }

  /** All of them, also those that were never there. */
  protected override hideFrom(account: Account, contact: string): void {
    for (const { jid } of account.sessions.values()) {
      this.outlet.route(presenceOf('unavailable', String(jid), contact));
    }
  }
}
