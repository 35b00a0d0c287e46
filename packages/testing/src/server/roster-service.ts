import { type Random, XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import type { Manners } from './manners.js';
import { NS_ROSTER } from './namespaces.js';
import type { Roster } from './roster.js';
import type { ItemReader, Refusal } from './roster-items.js';
import type { Account, Session } from './session.js';
import { resultOf, stamp } from './stanzas.js';
import type { Subscriptions } from './subscriptions.js';

/** What rosters have to do with. @internal */
export interface RosterParts {
  readonly random: Random;
  readonly manners: Manners;
  readonly subscriptions: Subscriptions;
  readonly readItem: ItemReader;
}

/** Answers roster requests and pushes changes (RFC 6121 §2). @internal */
export class RosterService {
  readonly #parts: RosterParts;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** A request of the owner's own session. Returns why it is refused. */
  handle(session: Session, account: Account, iq: XmlElement, query: XmlElement): Refusal | undefined {
    if (iq.attribute('type') === 'set') return this.#set(session, account, iq, query);
    session.interested = true;
    const { roster } = account;
    const { pushesChanges, versionsAll } = this.#parts.manners;
    const known = query.attribute('ver');
    const changes = known === undefined ? undefined : roster.changesSince(known);
    if (changes && (pushesChanges || known === roster.version)) {
      this.#answer(session, account, iq);
      for (const { jid, version } of changes) this.#pushTo(session, account, jid, version);
      return undefined;
    }
    const versioned = known === undefined && !versionsAll ? undefined : roster.version;
    const answer = new XmlElement('query', NS_ROSTER, { ver: versioned });
    for (const [jid] of roster.contacts) if (!this.#hidden(roster, jid)) answer.append(this.#item(account, jid));
    this.#answer(session, account, iq, answer);
    return undefined;
  }

  #hidden(roster: Roster, jid: string): boolean {
    const { subscription, ask } = roster.get(jid) ?? {};
    return this.#parts.manners.hidesAskers && subscription === 'none' && !ask && roster.requests.has(jid);
  }

  /** Tells every session that is told of changes how a contact stands now. */
  push(account: Account, jid: string): void {
    const { pushesToAll } = this.#parts.manners;
    for (const session of account.sessions.values()) {
      if (session.interested || pushesToAll) this.#pushTo(session, account, jid, account.roster.version);
    }
  }

  #set(session: Session, account: Account, iq: XmlElement, query: XmlElement): Refusal | undefined {
    const { manners, readItem } = this.#parts;
    const item = readItem(query, account);
    if ('condition' in item) return item;
    if (!manners.pushesFirst) this.#answer(session, account, iq);
    const { jid, address, remove, name, groups } = item;
    if (remove) this.#parts.subscriptions.remove(account, jid);
    else {
      account.roster.update(jid, { jid: address, name, groups });
      // Prosody alone knows them, and loses them here.
      account.roster.approved.delete(jid);
      this.push(account, jid);
    }
    if (manners.pushesFirst) this.#answer(session, account, iq);
    return undefined;
  }

  #answer(session: Session, account: Account, iq: XmlElement, payload?: XmlElement): void {
    session.deliver(this.#named(account, resultOf(iq, payload)));
  }

  #pushTo(session: Session, account: Account, jid: string, version: string): void {
    const to = session.jid?.toString();
    const query = new XmlElement('query', NS_ROSTER, { ver: version }).append(this.#item(account, jid));
    const push = new XmlElement('iq', NS_CLIENT, { type: 'set', id: this.#parts.random.id(), to }).append(query);
    session.deliver(this.#named(account, push));
  }

  #named(account: Account, stanza: XmlElement): XmlElement {
    return this.#parts.manners.namesAccount ? stamp(stanza, { from: account.bare }) : stanza;
  }

  #item(account: Account, jid: string): XmlElement {
    const item = account.roster.get(jid);
    if (!item) return new XmlElement('item', NS_ROSTER, { jid, subscription: 'remove' });
    const { jid: address, name, subscription, ask, groups } = item;
    const element = new XmlElement('item', NS_ROSTER, {
      jid: address,
      name,
      subscription,
      ask: ask ? 'subscribe' : undefined,
    });
    for (const group of groups) element.append(new XmlElement('group', NS_ROSTER).append(group));
    return element;
  }
}
