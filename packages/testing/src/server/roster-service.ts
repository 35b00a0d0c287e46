import { JID, type Random, type StanzaErrorCondition, XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import { NS_ROSTER } from './namespaces.js';
import type { Account, Session } from './session.js';
import { bareOf, resultOf } from './stanzas.js';
import type { Subscriptions } from './subscriptions.js';

const MAX_NAME = 1_023;

/** Answers roster requests and pushes changes (RFC 6121 §2). @internal */
export class RosterService {
  readonly #random: Random;
  readonly #subscriptions: Subscriptions;

  constructor(random: Random, subscriptions: Subscriptions) {
    this.#random = random;
    this.#subscriptions = subscriptions;
  }

  /** A request of the owner's own session. Returns what is wrong with it. */
  handle(session: Session, account: Account, iq: XmlElement, query: XmlElement): StanzaErrorCondition | undefined {
    if (iq.attribute('type') === 'set') return this.#set(session, account, iq, query);
    session.interested = true;
    const { roster } = account;
    const known = query.attribute('ver');
    const changes = known === undefined ? undefined : roster.changesSince(known);
    if (changes) {
      session.deliver(resultOf(iq));
      for (const { jid, version } of changes) this.#pushTo(session, account, jid, version);
      return undefined;
    }
    const versioned = known === undefined ? undefined : roster.version;
    const answer = new XmlElement('query', NS_ROSTER, { ver: versioned });
    for (const { jid } of roster.items) answer.append(this.#item(account, jid));
    session.deliver(resultOf(iq, answer));
    return undefined;
  }

  /** Tells every interested session how a contact stands now. */
  push(account: Account, jid: string): void {
    for (const session of account.sessions.values()) {
      if (session.interested) this.#pushTo(session, account, jid, account.roster.version);
    }
  }

  #set(session: Session, account: Account, iq: XmlElement, query: XmlElement): StanzaErrorCondition | undefined {
    const items = query.childrenNamed('item');
    const [item] = items;
    const jid = JID.tryParse(item?.attribute('jid') ?? '');
    if (items.length !== 1 || !item || !jid) return 'bad-request';
    const contact = bareOf(jid);
    if (contact === account.bare) return 'not-allowed';
    if (item.attribute('subscription') === 'remove') {
      if (!account.roster.get(contact)) return 'item-not-found';
      session.deliver(resultOf(iq));
      this.remove(account, contact);
      return undefined;
    }
    const name = item.attribute('name');
    const groups = item.childrenNamed('group').map((group) => group.text);
    if (new Set(groups).size < groups.length) return 'bad-request';
    if ((name?.length ?? 0) > MAX_NAME || groups.some((group) => group === '' || group.length > MAX_NAME)) {
      return 'not-acceptable';
    }
    account.roster.update(contact, { name: name || undefined, groups });
    session.deliver(resultOf(iq));
    this.push(account, contact);
    return undefined;
  }

  /** Takes a contact out, with both subscriptions (RFC 6121 §2.5). */
  remove(account: Account, contact: string): void {
    this.#subscriptions.cancel(account, contact);
    account.roster.delete(contact);
    this.push(account, contact);
  }

  #pushTo(session: Session, account: Account, jid: string, version: string): void {
    const to = session.jid?.toString();
    const query = new XmlElement('query', NS_ROSTER, { ver: version }).append(this.#item(account, jid));
    session.deliver(new XmlElement('iq', NS_CLIENT, { type: 'set', id: this.#random.id(), to }).append(query));
  }

  #item(account: Account, jid: string): XmlElement {
    const item = account.roster.get(jid);
    if (!item) return new XmlElement('item', NS_ROSTER, { jid, subscription: 'remove' });
    const { name, subscription, ask, groups } = item;
    const element = new XmlElement('item', NS_ROSTER, { jid, name, subscription, ask: ask ? 'subscribe' : undefined });
    for (const group of groups) element.append(new XmlElement('group', NS_ROSTER).append(group));
    return element;
  }
}
