import { type Clock, type JID, XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { type Accounts, availableSessions } from './accounts.js';
import type { Manners } from './manners.js';
import type { Messages } from './messages.js';
import { NS_DELAY } from './namespaces.js';
import type { Outlet } from './outlet.js';
import type { Account, Session } from './session.js';
import { addressIn, bareOf, errorOf, presenceOf, stamp } from './stanzas.js';
import { SUBSCRIPTION_TYPES, type Subscriptions } from './subscriptions.js';

const TYPES: ReadonlySet<string> = new Set([...SUBSCRIPTION_TYPES, 'unavailable', 'probe', 'error']);

/** What presence has to do with. @internal */
export interface PresenceParts {
  readonly domain: string;
  readonly manners: Manners;
  readonly clock: Clock;
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
  outbound(session: Session, account: Account, sent: XmlElement, to: JID | undefined): void {
    const { outlet, subscriptions, manners } = this.#parts;
    const stanza = manners.alsoAvailable.has(sent.attribute('type') ?? '') ? stamp(sent, { type: undefined }) : sent;
    const type = stanza.attribute('type');
    if (type !== undefined && !TYPES.has(type)) this.#refuse(session, account, stanza);
    else if (type !== undefined && SUBSCRIPTION_TYPES.has(type)) {
      if (to) subscriptions.outbound(account, stanza, bareOf(to));
      else if (!manners.fillsTo) this.#refuse(session, account, stanza);
    } else if (to) {
      if (type === undefined) session.directed.add(to.full);
      else if (type === 'unavailable') session.directed.delete(to.full);
      if (type !== 'error' || [...stanza.elements()].length > 0) outlet.route(stanza);
    } else if (type === undefined) this.#available(session, account, stanza);
    else if (type === 'unavailable')
      this.#unavailable(session, account, stanza, manners.reflects || (manners.repeatsAbsence && !!session.heard));
    else if (type === 'probe' && manners.reflects) this.#refuse(session, account, stanza);
  }

  /** A type that there is not, or not without an address (RFC 6121 §4.7.1). */
  #refuse(session: Session, account: Account, stanza: XmlElement): void {
    const { texts, returnsPayload, reflects } = this.#parts.manners;
    const to = addressIn(stanza, 'to');
    const refused = reflects && to ? stamp(stanza, { from: account.bare, to: bareOf(to) }) : stanza;
    const error = errorOf(refused, 'bad-request', texts.unknownPresence, returnsPayload);
    if (error) session.deliver(returnsPayload ? stamp(error, { to: undefined }) : error);
  }

  /** What comes for a user. */
  inbound(account: Account, to: JID, stanza: XmlElement): void {
    const from = addressIn(stanza, 'from');
    if (!from) return;
    const type = stanza.attribute('type');
    const { fillsTo } = this.#parts.manners;
    if (type === 'probe') this.#probed(account, bareOf(from), from.full);
    else if (type !== undefined && SUBSCRIPTION_TYPES.has(type)) {
      // To a resource that is not there only a request counts (RFC 6121 §8.5.3.2.2).
      if (type === 'subscribe' || to.resource === undefined || account.sessions.has(to.resource)) {
        this.#parts.subscriptions.inbound(account, stanza, bareOf(from));
      }
    } else if (to.resource !== undefined) account.sessions.get(to.resource)?.deliver(stanza);
    else {
      for (const session of availableSessions(account)) {
        session.deliver(fillsTo ? stamp(stanza, { to: session.jid?.full }) : stanza);
      }
    }
  }

  /** A session is not there any more, or says so; `again`: it may have said so before. */
  #unavailable(session: Session, account: Account, stanza: XmlElement, again: boolean): void {
    const { outlet } = this.#parts;
    if (again || session.presence) {
      this.#broadcast(session, account, stanza);
      session.presence = undefined;
    }
    const directed = [...session.directed];
    session.directed.clear();
    for (const to of directed) outlet.route(stamp(stanza, { to }));
  }

  /** The connection of a session has ended. */
  ended(session: Session, account: Account): void {
    if (!session.jid) return;
    const stanza = new XmlElement('presence', NS_CLIENT, { type: 'unavailable', from: session.jid.full });
    const { repeatsAbsence } = this.#parts.manners;
    if (repeatsAbsence && session.heard && !session.presence) this.#tellOwn(session, account, stanza);
    this.#unavailable(session, account, stanza, false);
  }

  #available(session: Session, account: Account, stanza: XmlElement): void {
    const { messages, manners, clock, domain } = this.#parts;
    const initial = !session.available;
    const wasDeaf = initial || session.priority < 0;
    if (initial && manners.requestsFirst) this.#showRequests(session, account);
    session.presence = stanza;
    this.#broadcast(session, account, stanza);
    session.heard = this.#stamped(stanza, new Date(clock.now()), domain);
    if (manners.stampsPresence === 'again') session.presence = session.heard;
    if (initial) this.#showOthers(session, account);
    if (wasDeaf && session.priority >= 0) messages.deliverKept(session, account);
  }

  #stamped(stanza: XmlElement, when: Date, from: string): XmlElement {
    if (this.#parts.manners.stampsPresence === 'never') return stanza;
    const stamped = stamp(stanza, {});
    return stamped.append(new XmlElement('delay', NS_DELAY, { from, stamp: when.toISOString() }));
  }

  /** To the contacts that may see it and to all of the user's own resources (RFC 6121 §4.2.2, §4.4.2). */
  #broadcast(session: Session, account: Account, stanza: XmlElement): void {
    const { manners, outlet } = this.#parts;
    if (manners.reflects) session.deliver(stanza);
    for (const [jid] of account.roster.contacts) {
      if (account.roster.hasFrom(jid)) outlet.route(stamp(stanza, { to: jid }));
    }
    this.#tellOwn(session, account, stanza);
  }

  #tellOwn(session: Session, account: Account, stanza: XmlElement): void {
    const { manners } = this.#parts;
    for (const own of availableSessions(account)) {
      const there = !stanza.attribute('type');
      const itself = there && !manners.reflects;
      if (own !== session && own.jid && manners.addressesOwn) {
        if (there) session.directed.add(own.jid.full);
        else session.directed.delete(own.jid.full);
      }
      if (own !== session || itself) own.deliver(stamp(stanza, { to: own.jid?.full }));
    }
  }

  /** What somebody who has just come needs to know: who else is there, and who wants to see her. */
  #showOthers(session: Session, account: Account): void {
    const { accounts, outlet, manners, subscriptions } = this.#parts;
    const to = session.jid?.full ?? account.bare;
    const { contacts } = account.roster;
    for (const [jid] of contacts) {
      if (!account.roster.hasTo(jid)) continue;
      const contact = accounts.of(jid);
      if (contact) this.#probed(contact, account.bare, to);
      else outlet.route(presenceOf('probe', account.bare, jid));
    }
    for (const own of availableSessions(account)) {
      if (own === session || !own.heard) continue;
      session.deliver(stamp(own.heard, { to }));
      if (manners.addressesOwn) own.directed.add(to);
    }
    if (!manners.requestsFirst) this.#showRequests(session, account);
    if (!manners.asksAgain) return;
    for (const [jid, { ask }] of contacts) {
      if (ask) subscriptions.outbound(account, presenceOf('subscribe', account.bare, jid), jid);
    }
  }

  #showRequests(session: Session, account: Account): void {
    for (const request of account.roster.requests.values()) session.deliver(request);
  }

  /** Answers a probe (RFC 6121 §4.3.2). */
  #probed(account: Account, prober: string, to: string): void {
    const { outlet, subscriptions, manners } = this.#parts;
    if (prober !== account.bare && !subscriptions.seenBy(account, prober)) {
      subscriptions.refuseProbe(account, prober);
      return;
    }
    const sessions = availableSessions(account);
    if (sessions.length === 0 && manners.tellsAbsence) outlet.route(presenceOf('unavailable', account.bare, to));
    for (const { heard } of sessions) if (heard) outlet.route(stamp(heard, { to }));
  }
}
