import { JID } from '../../jid/index.js';
import { Presence } from '../../stanza/presence.js';
import type { Sending, SendOptions } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import { keepPresence } from './kept-presence.js';
import type { PresenceLedger } from './presence-ledger.js';
import type { RosterHost, SubscriptionPolicy, Tell } from './roster-host.js';
import {
  type ContactChanges,
  type ItemOwner,
  type RosterEntry,
  RosterItem,
  type SubscriptionType,
} from './roster-item.js';

const MAX_STRANGERS = 1_000;
// Beside them, those who wait for an answer: a flood of presence must not keep anybody from asking.
const MAX_WAITING = 1_000;
const MAX_RESOURCES = { own: 100, contact: 100, stranger: 16 };

/** What a presence has changed. */
export interface Arrival {
  readonly item: RosterItem;
  /** It is the first resource that is there, or the last that was. */
  readonly edge: boolean;
  /** Show or status are not what they were. */
  readonly changed: boolean;
}

/** The roster of one owner: its contacts, who of them is there, and who else is. Kept by our server, unless a subclass does. */
export class RosterNode implements Iterable<RosterItem>, ItemOwner {
  protected readonly host: RosterHost;
  readonly #ledger: PresenceLedger;
  readonly #items = new Map<string, RosterItem>();
  /** Those of them who are not in the roster, oldest first. */
  readonly #strangers = new Set<RosterItem>();
  #contacts = 0;
  /** Those with a resource in their address. */
  #withResource = 0;
  #last: Presence | undefined;
  #autoAuthorize: SubscriptionPolicy | undefined;
  #autoSubscribe: boolean | undefined;

  constructor(
    host: RosterHost,
    /** Bare JID. */
    readonly owner: JID,
    ledger: PresenceLedger,
  ) {
    this.host = host;
    this.#ledger = ledger;
  }

  /** What is done with subscription requests; undefined: what the whole roster does. */
  get autoAuthorize(): SubscriptionPolicy | undefined {
    return this.#autoAuthorize;
  }

  set autoAuthorize(policy: SubscriptionPolicy | undefined) {
    this.#autoAuthorize = policy;
    this.#touched();
  }

  /** Whether a contact that is let see our presence is asked for the same; undefined: what the whole roster does. */
  get autoSubscribe(): boolean | undefined {
    return this.#autoSubscribe;
  }

  set autoSubscribe(policy: boolean | undefined) {
    this.#autoSubscribe = policy;
    this.#touched();
  }

  #touched(): void {
    if (this.hasPolicy) this.filled(true);
    else this.emptied();
  }

  /** Whether there is a policy of its own. */
  protected get hasPolicy(): boolean {
    return this.#autoAuthorize !== undefined || this.#autoSubscribe !== undefined;
  }

  /** Whether the contacts are known. As long as they are not, nobody counts as one. */
  get loaded(): boolean {
    return true;
  }

  /** Makes the contacts known where something keeps them that can be asked at any time. Rejects where that fails. */
  async load(): Promise<void> {}

  /** The contacts in the roster. */
  *[Symbol.iterator](): IterableIterator<RosterItem> {
    for (const item of this.items()) if (item.inRoster) yield item;
  }

  /** How many contacts are in the roster. */
  get size(): number {
    return this.#contacts;
  }

  /** Whether the contact is in the roster. */
  has(jid: JID | string): boolean {
    return this.get(jid)?.inRoster ?? false;
  }

  /**
   * The contact, or somebody whose presence we see; undefined for others. A full JID stands for the bare one unless the
   * roster has it itself.
   */
  get(jid: JID | string): RosterItem | undefined {
    return this.find(JID.from(jid));
  }

  /** The contacts by group; those in none stand under the empty name. */
  groups(): Map<string, RosterItem[]> {
    const groups = new Map<string, RosterItem[]>();
    for (const item of this) {
      for (const group of item.groups.length > 0 ? item.groups : ['']) {
        const members = groups.get(group);
        if (members) members.push(item);
        else groups.set(group, [item]);
      }
    }
    return groups;
  }

  /** The presence of a full JID, or of the best resource of a bare one. */
  presence(jid: JID | string): Presence | undefined {
    const address = JID.from(jid);
    const item = this.find(address);
    return (address.resource === undefined ? item?.best : item?.resources.get(address.resource))?.presence;
  }

  // Changing it.

  /** Puts a contact into the roster, or changes its name or groups; what is not given stays. Resolves once that is done. */
  async update(jid: JID | string, changes: ContactChanges = {}): Promise<void> {
    this.change(jid, changes);
  }

  /** Changes name or groups here. */
  protected change(jid: JID | string, changes: ContactChanges): void {
    const { jid: address, name, groups, subscription, ask, approved } = this.someone(jid);
    const entry = { name: changes.name ?? name, groups: changes.groups ?? groups };
    this.apply([{ ...entry, jid: address, subscription, ask, approved }]);
  }

  /** Takes a contact out of the roster, and ends subscriptions both ways. Resolves once that is done. */
  async remove(jid: JID | string): Promise<void> {
    this.drop(this.someone(jid).jid);
  }

  /** Asks for a subscription to somebody's presence. */
  subscribe(jid: JID | string): Sending {
    return this.act(this.someone(jid), 'subscribe');
  }

  /** Gives up a subscription of ours. */
  unsubscribe(jid: JID | string): Sending {
    return this.act(this.someone(jid), 'unsubscribe');
  }

  /** Lets somebody see our presence. */
  authorize(jid: JID | string): Sending {
    return this.act(this.someone(jid), 'subscribed');
  }

  /** Refuses somebody's request, or ends what was allowed. */
  unauthorize(jid: JID | string): Sending {
    return this.act(this.someone(jid), 'unsubscribed');
  }

  /** Sends one of the four; the server changes the roster accordingly. @internal */
  act(item: RosterItem, type: SubscriptionType): Sending {
    const here = this.current(item, true);
    if (type === 'subscribe' && !here.to) here.ask = true;
    if (type === 'unsubscribe') here.ask = false;
    if (type === 'subscribed' || type === 'unsubscribed') here.pendingIn = false;
    this.forgetStranger(here);
    return this.host.sendPresence({ to: here.jid.bare, type });
  }

  // Our own presence.

  /** What was broadcast last. */
  get lastPresence(): Presence | undefined {
    return this.#last;
  }

  /** Sends a presence of this owner; without `to` to all who are subscribed. */
  sendPresence(init: PresenceInit = {}, options?: SendOptions): Sending {
    return this.host.sendPresence(init, options);
  }

  /** Sends what was broadcast last to one address; unavailable where nothing was. */
  sendLastPresence(to: JID): Sending {
    const copy = this.#last?.copy().set({ to, id: undefined });
    return copy ? this.host.send(copy) : this.host.sendPresence({ to, type: 'unavailable' });
  }

  /** Sends what was broadcast last once more to all who are subscribed; does nothing where nothing was. */
  sendAgain(): void {
    const copy = this.#last?.copy().set({ id: undefined });
    if (copy) this.host.send(copy);
  }

  /** Takes in a broadcast of ours. @internal */
  remember(presence: Presence): void {
    this.#last = presence.isAvailable ? new Presence(presence.xml.copy()).bind(presence.stream) : undefined;
  }

  // For those who keep rosters.

  /** Contacts and others. */
  protected items(): IterableIterator<RosterItem> {
    return this.#items.values();
  }

  /** The contact or somebody else; see `get()`. */
  protected find(jid: JID): RosterItem | undefined {
    const found = jid.isFull && this.#withResource > 0 ? this.#items.get(jid.full) : undefined;
    return found ?? this.#items.get(jid.bare.full);
  }

  /** The item, or one that is in no list. */
  protected someone(jid: JID | string): RosterItem {
    const address = JID.from(jid);
    return this.find(address) ?? new RosterItem(this, address.bare);
  }

  /** Does what tells others of a change, once that is kept. */
  protected later(act: () => void): void {
    act();
  }

  /** Tells of what follows from a change. */
  protected get tell(): Tell {
    return (name, data) => this.host.emit(name, data);
  }

  /** There may be something in it now; `lasting`: more than strangers. */
  protected filled(_lasting: boolean): void {}

  /** There may be nothing in it now. */
  protected emptied(): void {}

  /** Contacts and others, as many as there are. */
  protected get count(): number {
    return this.#items.size;
  }

  /** Takes in entries; `replace`: they are all there are. @internal */
  apply(entries: Iterable<RosterEntry>, replace = false): void {
    const seen = new Set<RosterItem>();
    const hidden: RosterItem[] = [];
    for (const entry of entries) {
      const item = this.#items.get(entry.jid.full) ?? new RosterItem(this, entry.jid);
      const saw = item.to;
      item.apply(entry);
      this.enter(item);
      if (saw && !item.to) hidden.push(item);
      seen.add(item);
    }
    const gone = replace ? [...this.items()].filter((item) => item.inRoster && !seen.has(item)) : [];
    for (const item of gone) if (this.#part(item)) hidden.push(item);
    this.#tellUpdate([...seen, ...gone]);
    for (const item of hidden) this.forgetPresence(item);
  }

  #tellUpdate(items: readonly RosterItem[]): void {
    const { owner, tell } = this;
    this.later(() => tell('rosterUpdate', { owner, items: items.map(({ jid }) => jid) }));
  }

  /** Takes a contact out; does nothing where it is not in it. @internal */
  drop(jid: JID): void {
    const item = this.#items.get(jid.full);
    if (!item?.inRoster) return;
    const hidden = this.#part(item);
    this.#tellUpdate([item]);
    if (hidden) this.forgetPresence(item);
  }

  /** Puts an item into the roster. */
  protected enter(item: RosterItem): void {
    this.#items.set(item.jid.full, item);
    if (this.#strangers.delete(item)) this.#ledger.strangersLeft += 1;
    if (!item.inRoster) {
      item.inRoster = true;
      this.#contacts += 1;
      if (item.jid.isFull) this.#withResource += 1;
      this.#ledger.update(item);
    }
    this.filled(true);
  }

  /** Takes an item out of the roster. Whoever is there, or waits for an answer, stays as a stranger. */
  protected leave(item: RosterItem): void {
    if (!item.inRoster) return;
    item.inRoster = false;
    this.#contacts -= 1;
    if (item.jid.isFull) this.#withResource -= 1;
    if (this.forgetStranger(item)) return;
    this.#count(item);
    this.#ledger.update(item);
  }

  /** Takes an item out with all that the roster said of it. Whether we do not see its presence any more. */
  #part(item: RosterItem): boolean {
    const saw = item.to;
    item.apply({});
    this.leave(item);
    return saw;
  }

  /**
   * The item of a bare JID, made where there is none. One stranger too many takes the place of one about whom nothing is
   * known any more; where there is none of those it is not kept.
   * @internal
   */
  item(jid: JID): RosterItem {
    return this.#items.get(jid.full) ?? this.current(new RosterItem(this, jid));
  }

  /** What this item is by now: itself, put back where it was not here any more, or the one that took its place. @internal */
  current(item: RosterItem, waits = item.pendingIn): RosterItem {
    const key = item.jid.full;
    const existing = this.#items.get(key);
    if (existing) return existing;
    const reserve = waits ? MAX_WAITING : 0;
    if (this.#isFull(reserve)) for (const stranger of this.#strangers) if (this.forgetStranger(stranger)) break;
    if (this.#isFull(reserve)) {
      this.#ledger.full();
      return item;
    }
    this.#items.set(key, item);
    this.#count(item);
    this.filled(false);
    return item;
  }

  #count(item: RosterItem): void {
    if (this.#strangers.has(item)) return;
    this.#strangers.add(item);
    this.#ledger.strangersLeft -= 1;
  }

  /** Its strangers do not count any more: this roster may go without a word. */
  protected uncount(): void {
    this.#ledger.strangersLeft += this.#strangers.size;
    this.#strangers.clear();
  }

  /** How many who are in no roster are remembered. */
  protected get maxStrangers(): number {
    return MAX_STRANGERS;
  }

  #isFull(reserve: number): boolean {
    return this.#strangers.size >= this.maxStrangers + reserve || this.#ledger.strangersLeft <= -reserve;
  }

  /** Contacts are known now: strangers beyond the bound are forgotten, the oldest first. */
  protected trimStrangers(): void {
    for (const stranger of this.#strangers) {
      if (!this.#isFull(1)) return;
      if (stranger.pendingIn || stranger.ask) continue;
      this.#ledger.remove(stranger);
      stranger.forget();
    }
  }

  /** Forgets somebody who is not in the roster and about whom nothing is known. @internal */
  forgetStranger(item: RosterItem): boolean {
    if (item.inRoster || item.online || item.pendingIn || item.ask) return false;
    if (!this.#items.delete(item.jid.full)) return false;
    if (this.#strangers.delete(item)) this.#ledger.strangersLeft += 1;
    if (this.#items.size === 0) this.emptied();
    return true;
  }

  // Who is there.

  /** Takes in a presence; undefined where it changes nothing that is kept. @internal */
  arrived(presence: Presence): Arrival | undefined {
    const { from } = presence;
    if (!from) return undefined;
    const kept = keepPresence(presence);
    const item = this.find(from) ?? this.item((kept.presence.from ?? from).bare);
    const { resources } = item;
    if (this.#items.get(item.jid.full) !== item) return undefined;
    if (resources.size >= MAX_RESOURCES[item.standing] && !resources.has(kept.resource)) {
      this.#ledger.full();
      return undefined;
    }
    const before = item.put(kept);
    const edge = resources.size === 0;
    if (!this.#ledger.update(item)) {
      item.left(kept.presence);
      this.#ledger.update(item);
      this.forgetStranger(item);
      return undefined;
    }
    this.filled(false);
    return { item, edge, changed: !before || before.show !== kept.show || before.status !== kept.status };
  }

  /** A resource is gone, or all where it came from the bare JID. @internal */
  left(presence: Presence): Arrival | undefined {
    const { from } = presence;
    const item = from && this.find(from);
    if (!item?.left(presence)) return undefined;
    this.#ledger.update(item);
    this.forgetStranger(item);
    return { item, edge: !item.online, changed: true };
  }

  /** We do not see that one's presence any more (RFC 6121 §3.3.3). */
  protected forgetPresence(item: RosterItem): void {
    const { owner, tell } = this;
    this.later(() => {
      if (!item.online) return;
      const presence = this.host.presence({ from: item.jid, type: 'unavailable' });
      const change = { owner, jid: item.jid, presence };
      this.#ledger.remove(item);
      item.forget();
      tell('changedStatus', change);
      if (item.standing !== 'own') tell('gotOffline', change);
    });
  }

  /** Nobody's presence is known any more: the session is over. @internal */
  reset(): void {
    for (const item of [...this.items()]) {
      this.#ledger.remove(item);
      item.forget();
    }
  }
}
