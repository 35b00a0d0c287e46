import { JID } from '../../jid/index.js';
import type { Presence } from '../../stanza/presence.js';
import { Sending, type SendOptions } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import { OwnPresence } from './own-presence.js';
import type { RosterHost, SubscriptionPolicy } from './roster.js';
import { RosterChanges } from './roster-changes.js';
import { type RosterEntry, RosterItem } from './roster-item.js';
import type { HeldPresence, PresenceDelivery, RosterKeeper, RosterState } from './roster-keeper.js';

/** Changes the roster where it is really kept: on the server. */
export interface RosterEditor {
  update(entry: { jid: JID; name?: string | undefined; groups?: readonly string[] | undefined }): Promise<void>;
  remove(jid: JID): Promise<void>;
}

/** How many who are in no roster may still be remembered, over all rosters of a connection. */
export interface StrangerQuota {
  left: number;
}

/** What a roster belongs to. */
export interface RosterGroup {
  readonly keeper: RosterKeeper | undefined;
  readonly delivery: PresenceDelivery | undefined;
  /** There may be something in it now; `lasting`: more than strangers. */
  filled(node: RosterNode, lasting?: boolean): void;
  /** There may be nothing in it now. */
  emptied(node: RosterNode): void;
}

type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

const ALONE: RosterGroup = { keeper: undefined, delivery: undefined, filled: () => {}, emptied: () => {} };
const MAX_STRANGERS = 1_000;
// Beside them, those who wait for an answer: a flood of presence must not keep anybody from asking.
const MAX_WAITING = 1_000;
const MAX_RESOURCES = 10_000;

/** The roster of one owner. */
export class RosterNode implements Iterable<RosterItem> {
  readonly #host: RosterHost;
  readonly #items = new Map<string, RosterItem>();
  /** Those of them who are not in the roster, oldest first. */
  readonly #strangers = new Set<RosterItem>();
  readonly #quota: StrangerQuota;
  readonly #group: RosterGroup;
  readonly #changes: RosterChanges;
  readonly #own = new OwnPresence();
  #autoAuthorize: SubscriptionPolicy | undefined;
  #autoSubscribe: boolean | undefined;
  /** `ver` of the roster that was fetched last (RFC 6121 §2.6). */
  version: string | undefined;
  /** Set where a server keeps the roster. */
  editor: RosterEditor | undefined;

  constructor(
    host: RosterHost,
    /** Bare JID. */
    readonly owner: JID,
    quota: StrangerQuota = { left: MAX_STRANGERS },
    group: RosterGroup = ALONE,
  ) {
    this.#host = host;
    this.#quota = quota;
    this.#group = group;
    this.#changes = new RosterChanges(this, host, group);
  }

  /** What is done with subscription requests; undefined: what the whole roster does. */
  get autoAuthorize(): SubscriptionPolicy | undefined {
    return this.#autoAuthorize;
  }

  set autoAuthorize(policy: SubscriptionPolicy | undefined) {
    this.#autoAuthorize = policy;
    this.#notePolicy(policy);
  }

  get autoSubscribe(): boolean | undefined {
    return this.#autoSubscribe;
  }

  set autoSubscribe(policy: boolean | undefined) {
    this.#autoSubscribe = policy;
    this.#notePolicy(policy);
  }

  #notePolicy(policy: unknown): void {
    if (policy === undefined) this.#group.emptied(this);
    else this.#group.filled(this, true);
  }

  /** Whether subscriptions are kept here, as in a component, and not by a server. */
  get keepsState(): boolean {
    return this.#host.isComponent;
  }

  /** The contacts in the roster. */
  *[Symbol.iterator](): IterableIterator<RosterItem> {
    for (const item of this.#items.values()) if (item.inRoster) yield item;
  }

  /** How many contacts are in the roster. */
  get size(): number {
    let size = 0;
    for (const _item of this) size += 1;
    return size;
  }

  /** Whether the contact is in the roster. */
  has(jid: JID | string): boolean {
    return this.get(jid)?.inRoster ?? false;
  }

  /** The contact, or somebody whose presence we see; undefined for others. */
  get(jid: JID | string): RosterItem | undefined {
    return this.#items.get(JID.from(jid).bare.toString());
  }

  /** The contacts by group; those in none stand under the empty name. */
  groups(): Map<string, RosterItem[]> {
    const groups = new Map<string, RosterItem[]>();
    for (const item of this) {
      for (const group of item.groups.length > 0 ? item.groups : ['']) {
        groups.set(group, [...(groups.get(group) ?? []), item]);
      }
    }
    return groups;
  }

  /** Puts a contact into the roster, or changes its name or groups; what is not given stays. Resolves once that is done. */
  async update(jid: JID | string, changes: { name?: string; groups?: readonly string[] } = {}): Promise<void> {
    const bare = JID.from(jid).bare;
    if (this.editor) {
      const item = this.get(bare);
      return this.editor.update({
        jid: bare,
        name: changes.name ?? item?.name,
        groups: changes.groups ?? item?.groups,
      });
    }
    await this.commit(() => {
      const { name: oldName, groups: oldGroups, subscription, ask, approved } = this.get(bare) ?? {};
      const [name, groups] = [changes.name ?? oldName, changes.groups ?? oldGroups];
      this.apply([{ jid: bare, name, groups, subscription, ask, approved }]);
    });
  }

  /** Takes a contact out of the roster, and ends subscriptions both ways. Resolves once that is done. */
  async remove(jid: JID | string): Promise<void> {
    const bare = JID.from(jid).bare;
    if (this.editor) return this.editor.remove(bare);
    await this.commit(() => {
      const item = this.get(bare);
      if (!item) return;
      if (item.to || item.ask) item.unsubscribe();
      if (item.from) item.unauthorize();
      this.drop([bare]);
    });
  }

  /** Asks for a subscription to somebody's presence. */
  subscribe(jid: JID | string): Sending {
    return this.#someone(jid).subscribe();
  }

  /** Gives up a subscription of ours. */
  unsubscribe(jid: JID | string): Sending {
    return this.#someone(jid).unsubscribe();
  }

  /** Lets somebody see our presence. */
  authorize(jid: JID | string): Sending {
    return this.#someone(jid).authorize();
  }

  /** Refuses somebody's request, or ends what was allowed. */
  unauthorize(jid: JID | string): Sending {
    return this.#someone(jid).unauthorize();
  }

  #someone(jid: JID | string): RosterItem {
    return this.get(jid) ?? new RosterItem(this, JID.from(jid).bare);
  }

  /** Reads what is kept of this roster, where something keeps it; see `RosterKeeper`. Rejects where that fails. */
  load(): Promise<void> {
    return this.look(() => {});
  }

  /**
   * Changes this roster. Where something keeps it: runs the change once what is kept was read, and resolves once the change is
   * kept too; what it sends goes out then. Else it is run at once.
   */
  commit(change: () => void): Promise<void> {
    return this.#changes.commit(change);
  }

  /** The same for what changes nothing of what is kept. @internal */
  look(act: () => void): Promise<void> {
    return this.#changes.commit(act, true);
  }

  /** The same for a change that sends presence. @internal */
  act(to: JID, type: SubscriptionType, change: () => Sending): Sending {
    return this.#changes.act(() => this.#changes.presence({ to, type }), change);
  }

  /** What is to be kept. @internal */
  get state(): RosterState {
    const contacts = [...this.#items.values()].filter((item) => item.inRoster || item.pendingIn || item.ask);
    return { contacts, presences: [...this.#own] };
  }

  /** Takes in what is kept, in place of what was here. @internal */
  adopt({ contacts, presences }: RosterState): void {
    const kept = new Set<RosterItem>();
    for (const contact of contacts) {
      const item = this.get(contact.jid) ?? new RosterItem(this, contact.jid.bare);
      this.#insert(item);
      item.restore(contact);
      if (!contact.inRoster) this.#count(item);
      kept.add(item);
    }
    for (const item of [...this.#items.values()]) {
      if (kept.has(item)) continue;
      item.restore(undefined);
      if (!this.forgetStranger(item)) this.#count(item);
    }
    this.#own.replace(presences);
    if (this.#own.size > 0) this.#group.filled(this, true);
  }

  /** Reports a failure, which may be that of many changes, once. @internal */
  report(error: unknown): void {
    this.#changes.report(error);
  }

  /** Runs a change, and holds back what it sends. @internal */
  hold(change: () => void): HeldPresence {
    return this.#changes.hold(change);
  }

  /** The presence of a full JID, or of the best resource of a bare one. */
  presence(jid: JID | string): Presence | undefined {
    const address = JID.from(jid);
    const item = this.get(address);
    return (address.resource === undefined ? item?.best : item?.resources.get(address.resource))?.presence;
  }

  /** What was broadcast last. */
  get lastPresence(): Presence | undefined {
    return this.#own.last;
  }

  /** Sends a presence of this owner; without `to` to all who are subscribed. */
  sendPresence(init: PresenceInit = {}, options?: SendOptions): Sending {
    if (!this.keepsState || init.to !== undefined) return this.#changes.send(init, options);
    // A component has no server that would know the subscribers.
    return this.broadcast(this.#changes.presence(init), options);
  }

  /** Sends a presence to all who are subscribed, where no server does that. @internal */
  broadcast(presence: Presence, options?: SendOptions): Sending {
    return this.#changes.act(
      () => presence,
      () => {
        this.remember(presence);
        const to: JID[] = [];
        for (const item of this) if (item.from) to.push(item.jid);
        if (to.length > 0) return this.#changes.sendCopies(presence, to, options);
        // Nobody is subscribed: that is done, and there is nothing for a server to acknowledge.
        const nothing = new Sending(presence.xml, 0, {
          unsent: () => {},
          ackWanted: (sending) => sending.move('acked'),
          callbackFailed: (error) => this.#host.reportError(error, 'callback of a stanza that was sent'),
        });
        nothing.move('written');
        return nothing;
      },
    );
  }

  /** Sends what was broadcast last to one address, that of each resource; unavailable where nothing was. */
  sendLastPresence(to: JID): Sending {
    let last: Sending | undefined;
    for (const presence of this.#own) last = this.#changes.sendCopy(presence, to);
    return last ?? this.#changes.send({ to, type: 'unavailable' });
  }

  /** @internal */
  sendUnavailable(to: JID): void {
    if (this.#own.size === 0) this.#changes.send({ to, type: 'unavailable' });
    for (const { from } of this.#own) this.#changes.send({ to, from, type: 'unavailable' });
  }

  /** @internal */
  sendSubscription(to: JID, type: SubscriptionType): Sending {
    return this.#changes.send({ to, type });
  }

  /** @internal */
  remember(presence: Presence): void {
    this.#own.remember(presence);
    if (this.#own.size > 0) this.#group.filled(this, true);
    else this.#group.emptied(this);
  }

  /** Takes in entries of the server's; `replace`: they are all there are. @internal */
  apply(entries: Iterable<RosterEntry>, replace = false): void {
    const seen = new Set<string>();
    const changed: JID[] = [];
    for (const entry of entries) {
      const bare = entry.jid.bare;
      seen.add(bare.toString());
      this.item(bare).apply(entry);
      changed.push(bare);
    }
    if (replace) {
      for (const item of [...this]) {
        if (seen.has(item.jid.toString())) continue;
        this.#delete(item);
        changed.push(item.jid);
      }
    }
    this.#host.emit('rosterUpdate', { owner: this.owner, items: changed });
  }

  /** @internal */
  drop(jids: readonly JID[]): void {
    for (const jid of jids) {
      const item = this.get(jid);
      if (item) this.#delete(item);
    }
    this.#host.emit('rosterUpdate', { owner: this.owner, items: jids.map((jid) => jid.bare) });
  }

  /**
   * The item of a bare JID, made where there is none. One stranger too many takes the place of one about whom nothing is
   * known any more; where there is none of those it is not kept.
   * @internal
   */
  item(jid: JID): RosterItem {
    return this.#items.get(jid.toString()) ?? this.current(new RosterItem(this, jid));
  }

  /** What this item is by now: itself, put back where it was not here any more, or the one that took its place. @internal */
  current(item: RosterItem, waits = item.pendingIn): RosterItem {
    const existing = this.#items.get(item.jid.toString());
    if (existing) return existing;
    const reserve = waits ? MAX_WAITING : 0;
    if (this.#full(reserve)) for (const stranger of this.#strangers) if (this.forgetStranger(stranger)) break;
    if (!this.#full(reserve)) this.#insert(item);
    return item;
  }

  #insert(item: RosterItem): void {
    const key = item.jid.toString();
    if (this.#items.has(key)) return;
    this.#items.set(key, item);
    this.#count(item);
    this.#group.filled(this);
  }

  #count(item: RosterItem): void {
    if (this.#strangers.has(item)) return;
    this.#strangers.add(item);
    this.#quota.left -= 1;
  }

  /** Its strangers do not count any more: this roster may go without a word. @internal */
  uncount(): void {
    this.#quota.left += this.#strangers.size;
    this.#strangers.clear();
  }

  #full(reserve: number): boolean {
    return this.#strangers.size >= MAX_STRANGERS + reserve || this.#quota.left <= -reserve;
  }

  /** An item is in the roster now. @internal */
  joined(item: RosterItem): void {
    this.#items.set(item.jid.toString(), item);
    if (this.#strangers.delete(item)) this.#quota.left += 1;
    this.#group.filled(this, true);
  }

  /** An item is not in the roster any more. @internal */
  parted(item: RosterItem): void {
    if (this.#items.get(item.jid.toString()) === item) this.#count(item);
  }

  #delete(item: RosterItem): boolean {
    const key = item.jid.toString();
    if (this.#items.get(key) !== item) return false;
    this.#items.delete(key);
    item.removed();
    if (this.#strangers.delete(item)) this.#quota.left += 1;
    if (this.#items.size === 0) this.#group.emptied(this);
    return true;
  }

  /** @internal */
  arrived(presence: Presence): { item: RosterItem; first: boolean; changed: boolean } | undefined {
    const { from } = presence;
    if (!from) return undefined;
    const item = this.item(from.bare);
    if (this.#items.get(from.bare.toString()) !== item) return undefined;
    if (item.resources.size >= MAX_RESOURCES && !item.resources.has(from.resource ?? '')) return undefined;
    const arrived = item.arrived(presence);
    this.#group.filled(this);
    return { item, ...arrived };
  }

  /** @internal */
  left(presence: Presence): { item: RosterItem; last: boolean; changed: boolean } | undefined {
    const { from } = presence;
    const item = from && this.get(from);
    if (!item) return undefined;
    const result = item.left(presence);
    this.forgetStranger(item);
    return { item, ...result };
  }

  /** Forgets somebody who is not in the roster and about whom nothing is known. @internal */
  forgetStranger(item: RosterItem): boolean {
    if (item.inRoster || item.online || item.pendingIn || item.ask) return false;
    return this.#delete(item);
  }

  get #set(): boolean {
    return this.#own.size > 0 || this.#autoAuthorize !== undefined || this.#autoSubscribe !== undefined;
  }

  /** Whether there is more than strangers. @internal */
  get lasting(): boolean {
    return this.#set || this.#items.size > this.#strangers.size;
  }

  /** Whether nothing is here that would be lost. @internal */
  get empty(): boolean {
    if (this.#set) return false;
    const { keeper } = this.#changes;
    if (!keeper) return this.#items.size === 0;
    if (keeper.busy(this) && this.#items.size > 0) return false;
    for (const item of this.#items.values()) if (item.online) return false;
    return true;
  }

  /** Nobody's presence is known any more. @internal */
  reset(): void {
    for (const item of [...this.#items.values()]) {
      item.forgetPresence();
      this.forgetStranger(item);
    }
  }
}
