import { JID } from '../../jid/index.js';
import { Presence } from '../../stanza/presence.js';
import type { Sending } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { RosterHost, SubscriptionPolicy } from './roster.js';
import { type RosterEntry, RosterItem } from './roster-item.js';

/** Changes the roster where it is really kept: on the server. */
export interface RosterEditor {
  update(entry: { jid: JID; name?: string | undefined; groups?: readonly string[] | undefined }): Promise<void>;
  remove(jid: JID): Promise<void>;
}

// Somebody who is in no roster can make us remember this many of them and not one more.
const MAX_STRANGERS = 1_000;
const MAX_RESOURCES = 10_000;

/** The roster of one owner. */
export class RosterNode implements Iterable<RosterItem> {
  readonly #host: RosterHost;
  readonly #items = new Map<string, RosterItem>();
  #strangers = 0;
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
  ) {
    this.#host = host;
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
    return this.item(JID.from(jid).bare, true).subscribe();
  }

  unsubscribe(jid: JID | string): Sending {
    return this.item(JID.from(jid).bare, true).unsubscribe();
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
    return last ?? this.#host.sendPresence(this.#from({ ...init, to: this.owner }));
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
      const item = this.item(bare, true);
      if (!item.inRoster) this.#strangers -= 1;
      item.apply(entry);
      changed.push(bare);
    }
    if (replace) {
      for (const item of [...this]) {
        if (seen.has(item.jid.toString())) continue;
        this.#items.delete(item.jid.toString());
        changed.push(item.jid);
      }
    }
    this.#host.emit('rosterUpdate', { owner: this.owner, items: changed });
  }

  /** @internal */
  drop(jids: readonly JID[]): void {
    for (const jid of jids) {
      const item = this.get(jid);
      this.#items.delete(jid.bare.toString());
      if (item && !item.inRoster) this.#strangers -= 1;
    }
    this.#host.emit('rosterUpdate', { owner: this.owner, items: jids.map((jid) => jid.bare) });
  }

  /** The item of a bare JID, made where there is none. Undefined for one stranger too many. @internal */
  item(jid: JID, always: true): RosterItem;
  item(jid: JID, always?: boolean): RosterItem | undefined;
  item(jid: JID, always = false): RosterItem | undefined {
    const key = jid.toString();
    const existing = this.#items.get(key);
    if (existing) return existing;
    if (!always && this.#strangers >= MAX_STRANGERS) return undefined;
    const item = new RosterItem(this, jid);
    this.#items.set(key, item);
    this.#strangers += 1;
    return item;
  }

  /** @internal */
  arrived(presence: Presence): { item: RosterItem; first: boolean; changed: boolean } | undefined {
    const { from } = presence;
    const item = from && this.item(from.bare);
    if (!item || item.resources.size >= MAX_RESOURCES) return undefined;
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

  /** @internal */
  forgetStranger(item: RosterItem): void {
    if (item.inRoster || item.online || item.pendingIn || item.ask) return;
    if (this.#items.delete(item.jid.toString())) this.#strangers -= 1;
  }

  /** Nobody's presence is known any more. @internal */
  reset(): void {
    for (const item of [...this.#items.values()]) {
      item.forgetPresence();
      if (!this.keepsState) this.forgetStranger(item);
    }
  }
}
