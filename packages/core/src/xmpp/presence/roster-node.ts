import { JID } from '../../jid/index.js';
import type { Sending, SendOptions } from '../../sending.js';
import { Presence } from '../../stanza/presence.js';
import type { PresenceInit } from '../stanza-init.js';
import { PeerList } from './peer-list.js';
import type { PresenceLedger } from './presence-ledger.js';
import type { RosterHost, SubscriptionPolicy, Tell } from './roster-host.js';
import { type ContactChanges, type RosterEntry, RosterItem, type SubscriptionType } from './roster-item.js';

/** The roster of one owner: its contacts, who of them is there, and who else is. Kept by our server, unless a subclass does. */
export class RosterNode extends PeerList implements Iterable<RosterItem> {
  protected readonly host: RosterHost;
  #last: Presence | undefined;
  /** Whether our presence was broadcast in this session, and not taken back. */
  announced = false;
  #autoAuthorize: SubscriptionPolicy | undefined;
  #autoSubscribe: boolean | undefined;

  constructor(host: RosterHost, owner: JID, ledger: PresenceLedger) {
    super(owner, ledger);
    this.host = host;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
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
    return this.contacts;
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
  override async update(jid: JID | string, changes: ContactChanges = {}): Promise<void> {
    this.change(jid, changes);
  }

  /** Changes name or groups here. */
  protected change(jid: JID | string, changes: ContactChanges): void {
    const { jid: address, name, groups, subscription, ask, approved } = this.someone(jid);
    const entry = { name: changes.name ?? name, groups: changes.groups ?? groups };
    this.apply([{ ...entry, jid: address, subscription, ask, approved }]);
  }

  /** Takes a contact out of the roster, and ends subscriptions both ways. Resolves once that is done. */
  override async remove(jid: JID | string): Promise<void> {
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

  /** Sends one of the four; the server changes the roster accordingly. */
  override act(item: RosterItem, type: SubscriptionType): Sending {
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

  /** Takes in a broadcast of ours, which is sent now. */
  remember(presence: Presence): void {
    this.#last = presence.isAvailable ? new Presence(presence.xml.copy()).bind(presence.stream) : undefined;
    this.announced = presence.isAvailable;
    this.broadcasts(presence);
  }

  /** Tells of a broadcast. */
  protected broadcasts(presence: Presence): void {
    const { host, owner } = this;
    host.outgoing.sent(owner);
    this.later(() => host.emit('presenceBroadcast', { owner, presence }));
  }

  // For those who keep rosters.

  /** Does what tells others of a change, once that is kept. */
  protected later(act: () => void): void {
    act();
  }

  /** Tells of what follows from a change. */
  protected get tell(): Tell {
    return (name, data) => this.host.emit(name, data);
  }

  /** Takes in entries; `replace`: they are all there are. */
  apply(entries: Iterable<RosterEntry>, replace = false): void {
    const seen = new Set<RosterItem>();
    const hidden: RosterItem[] = [];
    for (const entry of entries) {
      const item = this.exactly(entry.jid) ?? new RosterItem(this, entry.jid);
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

  /** Takes a contact out; does nothing where it is not in it. */
  drop(jid: JID): void {
    const item = this.exactly(jid);
    if (!item?.inRoster) return;
    const hidden = this.#part(item);
    this.#tellUpdate([item]);
    if (hidden) this.forgetPresence(item);
  }

  /** Takes an item out with all that the roster said of it. Whether we do not see its presence any more. */
  #part(item: RosterItem): boolean {
    const saw = item.to;
    item.apply({});
    this.leave(item);
    return saw;
  }

  // Who is there.

  /** We do not see that one's presence any more (RFC 6121 §3.3.3). */
  protected forgetPresence(item: RosterItem): void {
    const { owner, tell } = this;
    this.later(() => {
      if (!item.online) return;
      const presence = this.host.presence({ from: item.jid, type: 'unavailable' });
      const change = { owner, jid: item.jid, presence };
      this.ledger.remove(item);
      item.forget();
      tell('changedStatus', change);
      if (item.standing !== 'own') tell('gotOffline', change);
    });
  }

  /** That address is no contact any more, but claimed by somebody: nothing is known of its presence. @internal */
  disown(bare: JID): void {
    const item = this.exactly(bare);
    if (!item) return;
    item.pendingIn = false;
    this.forgetPresence(item);
    this.forgetStranger(item);
  }

  /** Nobody's presence is known any more, nor ours to anybody: the session is over. */
  override reset(): void {
    this.announced = false;
    super.reset();
  }
}
