import { JID } from '../../jid/index.js';
import { Presence } from '../../stanza/presence.js';
import { Sending } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { RosterHost, SubscriptionPolicy } from './roster.js';
import { type RosterEntry, RosterItem } from './roster-item.js';

/** Changes the roster where it is really kept: on the server. */
export interface RosterEditor {
  update(entry: { jid: JID; name?: string | undefined; groups?: readonly string[] | undefined }): Promise<void>;
  remove(jid: JID): Promise<void>;
}

/** How many who are in no roster may still be remembered, over all rosters of a connection. */
export interface StrangerQuota {
  left: number;
}

const MAX_STRANGERS = 1_000;
const MAX_RESOURCES = 10_000;

/** The roster of one owner. */
export class RosterNode implements Iterable<RosterItem> {
  readonly #host: RosterHost;
  readonly #items = new Map<string, RosterItem>();
  /** Those of them who are not in the roster, oldest first. */
  readonly #strangers = new Set<RosterItem>();
  readonly #quota: StrangerQuota;
  #lastPresence: Presence | undefined;
  /** `ver` of the roster that was fetched last (RFC 6121 §2.6). */
  version: string | undefined;
  /** What is done with subscription requests; undefined: what the whole roster does. */
  autoAuthorize: SubscriptionPolicy | undefined;
  autoSubscribe: boolean | undefined;
  /** Set where a server keeps the roster. */
  editor: RosterEditor | undefined;

  constructor(
    host: RosterHost,
    /** Bare JID. */
    readonly owner: JID,
    quota: StrangerQuota = { left: MAX_STRANGERS },
  ) {
    this.#host = host;
    this.#quota = quota;
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
    const item = this.get(bare);
    const name = changes.name ?? item?.name;
    const groups = changes.groups ?? item?.groups;
    if (this.editor) return this.editor.update({ jid: bare, name, groups });
    const { subscription, ask, approved } = item ?? {};
    this.apply([{ jid: bare, name, groups, subscription, ask, approved }]);
  }

  /** Takes a contact out of the roster, and ends subscriptions both ways. Resolves once that is done. */
  async remove(jid: JID | string): Promise<void> {
    const bare = JID.from(jid).bare;
    if (this.editor) return this.editor.remove(bare);
    const item = this.get(bare);
    if (!item) return;
    if (item.to || item.ask) item.unsubscribe();
    if (item.from) item.unauthorize();
    this.drop([bare]);
  }

  /** Asks for a subscription to somebody's presence. */
  subscribe(jid: JID | string): Sending {
    return this.item(JID.from(jid).bare).subscribe();
  }

  unsubscribe(jid: JID | string): Sending {
    return this.item(JID.from(jid).bare).unsubscribe();
  }

  /** The presence of a full JID, or of the best resource of a bare one. */
  presence(jid: JID | string): Presence | undefined {
    const address = JID.from(jid);
    const item = this.get(address);
    return (address.resource === undefined ? item?.best : item?.resources.get(address.resource))?.presence;
  }

  /** What was broadcast last. */
  get lastPresence(): Presence | undefined {
    return this.#lastPresence;
  }

  /** Sends a presence of this owner; without `to` to all who are subscribed. */
  sendPresence(init: PresenceInit = {}): Sending {
    if (!this.keepsState || init.to !== undefined) return this.#host.sendPresence(this.#from(init));
    // A component has no server that would know the subscribers.
    const template = this.#host.presence(this.#from(init));
    this.remember(template);
    let last: Sending | undefined;
    for (const item of this) {
      if (item.from) last = this.#host.sendPresence(this.#from({ ...init, to: item.jid }));
    }
    if (last) return last;
    // Nobody is subscribed: that is done.
    const nothing = new Sending(template.xml);
    nothing.move('written');
    return nothing;
  }

  /** Sends what was broadcast last to one address; unavailable where nothing was. */
  sendLastPresence(to: JID): Sending {
    const last = this.#lastPresence;
    if (!last) return this.#host.sendPresence(this.#from({ to, type: 'unavailable' }));
    const copy = last.copy().set({ to });
    copy.id = undefined;
    return this.#host.send(copy);
  }

  /** @internal */
  sendUnavailable(to: JID): void {
    this.#host.sendPresence(this.#from({ to, type: 'unavailable' }));
  }

  /** @internal */
  sendSubscription(to: JID, type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'): Sending {
    return this.#host.sendPresence(this.#from({ to, type }));
  }

  #from(init: PresenceInit): PresenceInit {
    return this.keepsState ? { from: this.owner, ...init } : init;
  }

  /** @internal */
  remember(presence: Presence): void {
    this.#lastPresence = presence.isAvailable ? new Presence(presence.xml.copy()).bind(presence.stream) : undefined;
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
    const key = jid.toString();
    const existing = this.#items.get(key);
    if (existing) return existing;
    const item = new RosterItem(this, jid);
    if (this.#full) for (const stranger of this.#strangers) if (this.forgetStranger(stranger)) break;
    if (this.#full) return item;
    this.#items.set(key, item);
    this.#strangers.add(item);
    this.#quota.left -= 1;
    return item;
  }

  get #full(): boolean {
    return this.#strangers.size >= MAX_STRANGERS || this.#quota.left <= 0;
  }

  /** An item is in the roster now. @internal */
  joined(item: RosterItem): void {
    this.#items.set(item.jid.toString(), item);
    if (this.#strangers.delete(item)) this.#quota.left += 1;
  }

  #delete(item: RosterItem): boolean {
    const key = item.jid.toString();
    if (this.#items.get(key) !== item) return false;
    this.#items.delete(key);
    if (this.#strangers.delete(item)) this.#quota.left += 1;
    return true;
  }

  /** @internal */
  arrived(presence: Presence): { item: RosterItem; first: boolean; changed: boolean } | undefined {
    const { from } = presence;
    if (!from) return undefined;
    const item = this.item(from.bare);
    if (this.#items.get(from.bare.toString()) !== item) return undefined;
    if (item.resources.size >= MAX_RESOURCES && !item.resources.has(from.resource ?? '')) return undefined;
    return { item, ...item.arrived(presence) };
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

  /** Whether nothing is kept here. @internal */
  get empty(): boolean {
    return this.#items.size === 0 && !this.#lastPresence;
  }

  /** Nobody's presence is known any more. @internal */
  reset(): void {
    for (const item of [...this.#items.values()]) {
      item.forgetPresence();
      this.forgetStranger(item);
    }
  }
}
