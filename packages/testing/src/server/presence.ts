import { type JID, XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { type Accounts, availableSessions } from './accounts.js';
import type { Messages } from './messages.js';
import type { Outlet } from './outlet.js';
import type { Account, Session } from './session.js';
import { addressIn, bareOf, presenceOf, stamp } from './stanzas.js';
import { SUBSCRIPTION_TYPES, type Subscriptions } from './subscriptions.js';

/** What presence has to do with. @internal */
export interface PresenceParts {
  readonly domain: string;
  readonly accounts: Accounts;
  readonly messages: Messages;
  readonly subscriptions: Subscriptions;
  readonly outlet: Outlet;
}

/** Who is there, told to those who may know (RFC 6121 §4). @internal */
export class PresenceService {
  readonly #parts: PresenceParts;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** What a user's session sends; `from` is stamped. */
  outbound(session: Session, account: Account, stanza: XmlElement, to: JID | undefined): void {
    const type = stanza.attribute('type');
    const { outlet, subscriptions } = this.#parts;
    if (type !== undefined && SUBSCRIPTION_TYPES.has(type)) {
      if (to) subscriptions.outbound(account, stanza, bareOf(to));
      else outlet.bounce(stamp(stanza, { to: account.bare }), 'bad-request', `a presence of type ${type} needs a 'to'`);
    } else if (to) {
      if (type === undefined) session.directed.add(to.full);
      else if (type === 'unavailable') session.directed.delete(to.full);
      outlet.route(stanza);
    } else if (type === undefined) this.#available(session, account, stanza);
    else if (type === 'unavailable') this.unavailable(session, account, stanza);
    else if (type !== 'probe' && type !== 'error') outlet.bounce(stanza, 'bad-request');
  }

  /** What comes for a user. */
  inbound(account: Account, to: JID, stanza: XmlElement): void {
    const from = addressIn(stanza, 'from');
    if (!from) return;
    const type = stanza.attribute('type');
    if (type === 'probe') this.#probed(account, bareOf(from), from.full);
    else if (type !== undefined && SUBSCRIPTION_TYPES.has(type)) {
      // To a resource that is not there only a request counts (RFC 6121 §8.5.3.2.2).
      if (type === 'subscribe' || to.resource === undefined || account.sessions.has(to.resource)) {
        this.#parts.subscriptions.inbound(account, stanza, bareOf(from));
      }
    } else if (to.resource !== undefined) account.sessions.get(to.resource)?.deliver(stanza);
    else for (const session of availableSessions(account)) session.deliver(stanza);
  }

  /** A session is not there any more, or says so. */
  unavailable(session: Session, account: Account, stanza: XmlElement): void {
    const { outlet } = this.#parts;
    const directed = [...session.directed];
    session.directed.clear();
    if (session.presence) {
      this.#broadcast(session, account, stanza);
      session.presence = undefined;
    }
    for (const to of directed) outlet.route(stamp(stanza, { to }));
  }

  /** The connection of a session has ended. */
  ended(session: Session, account: Account): void {
    if (!session.jid) return;
    this.unavailable(
      session,
      account,
      new XmlElement('presence', NS_CLIENT, {
        type: 'unavailable',
        from: session.jid.full,
      }),
    );
  }

  #available(session: Session, account: Account, stanza: XmlElement): void {
    const initial = !session.available;
    const wasDeaf = initial || session.priority < 0;
    session.presence = stanza;
    this.#broadcast(session, account, stanza);
    if (initial) this.#showOthers(session, account);
    if (wasDeaf && session.priority >= 0) this.#parts.messages.deliverKept(session, account);
  }

  /** To the contacts that may see it and to all of the user's own resources (RFC 6121 §4.2.2, §4.4.2). */
  #broadcast(session: Session, account: Account, stanza: XmlElement): void {
    for (const { jid } of account.roster.items) {
      if (account.roster.hasFrom(jid)) this.#parts.outlet.route(stamp(stanza, { to: jid }));
    }
    for (const own of availableSessions(account)) {
      if (own !== session || !stanza.attribute('type')) own.deliver(stamp(stanza, { to: own.jid?.full }));
    }
  }

  /** What somebody who has just come needs to know: who else is there, and who wants to see her. */
  #showOthers(session: Session, account: Account): void {
    const { accounts, outlet, domain } = this.#parts;
    const to = session.jid?.full ?? account.bare;
    for (const own of availableSessions(account)) {
      if (own !== session && own.presence) session.deliver(stamp(own.presence, { to }));
    }
    for (const { jid } of account.roster.items) {
      if (!account.roster.hasTo(jid)) continue;
      const [local, host] = jid.split('@');
      const contact = host === domain && local ? accounts.get(local) : undefined;
      if (contact) this.#probed(contact, account.bare, to);
      else outlet.route(presenceOf('probe', account.bare, jid));
    }
    for (const request of account.roster.requests.values()) session.deliver(request);
  }

  /** Answers a probe (RFC 6121 §4.3.2). */
  #probed(account: Account, prober: string, to: string): void {
    const { outlet } = this.#parts;
    if (prober !== account.bare && !account.roster.hasFrom(prober)) {
      outlet.route(presenceOf('unsubscribed', account.bare, prober));
      return;
    }
    const sessions = availableSessions(account);
    if (sessions.length === 0) outlet.route(presenceOf('unavailable', account.bare, to));
    for (const { presence } of sessions) if (presence) outlet.route(stamp(presence, { to }));
  }
}
