import {
  JID,
  type Presence,
  type PresenceInit,
  RosterItem,
  RosterNode,
  Sending,
  type SendOptions,
} from '@sestina/core';
import type { ContactChanges, PresenceLedger, RosterHost, SubscriptionType, Tell } from '@sestina/core/connection';
import { RosterNotLoadedError } from '../errors.js';
import { OwnPresence } from './own-presence.js';
import { type ChangesGroup, RosterChanges } from './roster-changes.js';
import type { HeldPresence, KeptRoster, RosterState } from './roster-keeper.js';

/** What a roster belongs to. */
export interface OwnerGroup extends ChangesGroup<ComponentRosterNode> {
  /** There may be something in it now; `lasting`: more than strangers. False where it is not kept for that. */
  filled(roster: ComponentRosterNode, lasting: boolean): boolean;
}

/**
 * The roster of one of a component's addresses. No server keeps it: subscriptions are kept here, in memory or by way of a
 * `RosterStore`, which reads a roster when something needs it. Until then it is not `loaded`, and asking for its contacts throws.
 */
export class ComponentRosterNode extends RosterNode implements KeptRoster {
  readonly #group: OwnerGroup;
  readonly #changes: RosterChanges<ComponentRosterNode>;
  readonly #own = new OwnPresence();
  #tell: Tell | undefined;

  constructor(host: RosterHost, owner: JID, ledger: PresenceLedger, group: OwnerGroup) {
    super(host, owner, ledger);
    this.#group = group;
    this.#changes = new RosterChanges(this, host, group);
  }

  // Reading.

  /** Whether the contacts are known: without a `RosterStore` always, with one as soon as they have been read. */
  override get loaded(): boolean {
    return this.#group.keeper?.knows(this) ?? true;
  }

  /** Reads what is kept of this roster, where something keeps it. @throws RosterStoreError where that fails. */
  override load(): Promise<void> {
    return this.look(() => {});
  }

  /** The contacts in the roster. @throws RosterNotLoadedError */
  override [Symbol.iterator](): IterableIterator<RosterItem> {
    this.#needLoaded();
    return super[Symbol.iterator]();
  }

  /** How many contacts are in the roster. @throws RosterNotLoadedError */
  override get size(): number {
    this.#needLoaded();
    return super.size;
  }

  /** The contact, or somebody whose presence we see; undefined for others. @throws RosterNotLoadedError */
  override get(jid: JID | string): RosterItem | undefined {
    this.#needLoaded();
    return super.get(jid);
  }

  #needLoaded(): void {
    if (!this.loaded) throw new RosterNotLoadedError(this.owner);
  }

  // Changing.

  /** Puts a contact into the roster, or changes its name or groups; what is not given stays. Resolves once that is done. */
  override update(jid: JID | string, changes: ContactChanges = {}): Promise<void> {
    const bare = JID.from(jid).bare;
    return this.commit(() => this.change(bare, changes));
  }

  /** Takes a contact out of the roster, and ends subscriptions both ways. Resolves once that is done. */
  override remove(jid: JID | string): Promise<void> {
    const bare = JID.from(jid).bare;
    return this.commit(() => {
      const item = this.find(bare);
      if (!item) return;
      const { inRoster } = item;
      if (item.to || item.ask) item.unsubscribe();
      if (item.from) item.unauthorize();
      // Where nothing but the subscriptions held it, it has gone by itself, without a word.
      if (inRoster) this.enter(item);
      this.drop(bare);
    });
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

  /** @internal */
  override act(item: RosterItem, type: SubscriptionType): Sending {
    return this.#changes.act(
      () => this.#changes.presence({ to: item.jid, type }),
      () => this.#perform(this.current(item, true), type),
    );
  }

  #perform(item: RosterItem, type: SubscriptionType): Sending {
    switch (type) {
      case 'subscribe':
        if (!item.to) item.ask = true;
        break;
      case 'unsubscribe':
        this.endTo(item);
        break;
      case 'subscribed':
        item.pendingIn = false;
        this.addDirection(item, 'from');
        break;
      case 'unsubscribed':
        item.pendingIn = false;
        this.endFrom(item);
        break;
    }
    this.forgetStranger(item);
    const sending = this.sendSubscription(item.jid, type);
    if (type === 'subscribed') this.sendLastPresence(item.jid);
    return sending;
  }

  /** @internal */
  addDirection(item: RosterItem, direction: 'from' | 'to'): void {
    const other = direction === 'from' ? item.to : item.from;
    item.subscription = other ? 'both' : direction;
    this.enter(item);
    if (direction === 'to') item.ask = false;
  }

  /** We do not see the contact any more, nor wait for that. False where neither was so. @internal */
  endTo(item: RosterItem): boolean {
    if (!item.to && !item.ask) return false;
    const saw = item.to;
    item.ask = false;
    item.subscription = item.from ? 'from' : 'none';
    if (saw) this.forgetPresence(item);
    this.#leaveIfNothingIsLeft(item);
    return true;
  }

  /** Else strangers who come and go would leave entries behind for ever. */
  #leaveIfNothingIsLeft(item: RosterItem): void {
    if (item.subscription !== 'none' || item.ask || item.approved || item.name || item.groups.length > 0) return;
    this.leave(item);
  }

  /** The contact does not see us any more, and we are gone for it (RFC 6121 §3.2.2). @internal */
  endFrom(item: RosterItem): void {
    if (!item.from) return;
    this.#sendUnavailable(item.jid);
    item.subscription = item.to ? 'to' : 'none';
    this.#leaveIfNothingIsLeft(item);
  }

  // Our own presence.

  override get lastPresence(): Presence | undefined {
    return this.#own.last;
  }

  /** Sends a presence of this owner; without `to` to all who are subscribed: a component has no server that would know them. */
  override sendPresence(init: PresenceInit = {}, options?: SendOptions): Sending {
    if (init.to !== undefined) return this.#changes.send(init, options);
    return this.broadcast(this.#changes.presence(init), options);
  }

  /** Sends a presence to all who are subscribed. @internal */
  broadcast(presence: Presence, options?: SendOptions): Sending {
    return this.#changes.act(
      () => presence,
      () => {
        this.remember(presence);
        const to = this.#subscribers();
        if (to.length > 0) return this.#changes.sendCopies(presence, to, options);
        return this.#toNobody(presence);
      },
    );
  }

  /** Nobody is subscribed: that is done, and there is nothing for a server to acknowledge. */
  #toNobody(presence: Presence): Sending {
    const nothing = new Sending(presence.xml, 0, {
      unsent: () => {},
      ackWanted: (sending) => sending.move('acked'),
      callbackFailed: (error) => this.host.reportError(error, 'callback of a stanza that was sent'),
    });
    nothing.move('written');
    return nothing;
  }

  /** Sends what was broadcast last to one address, that of each resource; unavailable where nothing was. */
  override sendLastPresence(to: JID): Sending {
    let last: Sending | undefined;
    for (const presence of this.#own) last = this.#changes.sendCopy(presence, to);
    return last ?? this.#changes.send({ to, type: 'unavailable' });
  }

  /** Sends what was broadcast last once more to all who are subscribed, that of each resource. */
  override sendAgain(): void {
    const send = (): void => {
      const to = this.#subscribers();
      for (const presence of this.#own) {
        if (to.length > 0) this.#changes.sendCopies(presence, to);
        this.broadcasts(presence);
      }
    };
    this.look(send).catch((error: unknown) => this.report(error));
  }

  #subscribers(): JID[] {
    const to: JID[] = [];
    for (const item of this.items()) if (item.from) to.push(item.jid);
    return to;
  }

  /** Answers one who may see us and asks whether that address is there (RFC 6121 §4.3.2). @internal */
  answerProbe(from: JID, address: JID): void {
    if (address.isBare) {
      this.sendLastPresence(from);
      return;
    }
    // Of one resource no more than that it is there, and of no other anything.
    const here = [...this.#own].some((presence) => presence.from?.equals(address));
    this.#changes.send({ from: address, to: from, ...(!here && { type: 'unavailable' }) });
  }

  #sendUnavailable(to: JID): void {
    if (this.#own.size === 0) this.#changes.send({ to, type: 'unavailable' });
    for (const { from } of this.#own) this.#changes.send({ to, from, type: 'unavailable' });
  }

  /** @internal */
  sendSubscription(to: JID, type: SubscriptionType): Sending {
    return this.#changes.send({ to, type });
  }

  /** @internal */
  override remember(presence: Presence): void {
    this.#own.remember(presence);
    this.announced = this.#own.size > 0;
    this.broadcasts(presence);
    if (this.#own.size > 0) this.filled(true);
    else this.emptied();
  }

  // Being kept.

  /** What is to be kept. */
  get state(): RosterState {
    const contacts = [...this.items()].filter((item) => item.inRoster || item.pendingIn || item.ask);
    return { contacts, presences: [...this.#own] };
  }

  /** Takes in what is kept, in place of what was here. */
  adopt({ contacts, presences }: RosterState): void {
    const kept = new Set<RosterItem>();
    for (const contact of contacts) {
      const item = this.find(contact.jid) ?? new RosterItem(this, contact.jid.bare);
      item.apply(contact);
      item.pendingIn = contact.pendingIn;
      this.enter(item);
      if (!contact.inRoster) this.leave(item);
      kept.add(item);
    }
    for (const item of [...this.items()]) {
      if (kept.has(item)) continue;
      item.apply({});
      item.pendingIn = false;
      this.leave(item);
      this.forgetStranger(item);
    }
    this.#own.replace(presences);
    if (this.#own.size > 0) this.filled(true);
  }

  /** Runs a change, and holds back what it sends. */
  hold(change: () => void): HeldPresence {
    return this.#changes.hold(change);
  }

  protected override later(act: () => void): void {
    this.#changes.later(act);
  }

  protected override get tell(): Tell {
    return this.#tell ?? super.tell;
  }

  /** Runs a change; what follows from it is told so. @internal */
  telling(tell: Tell, change: () => void): void {
    this.#tell = tell;
    try {
      change();
    } finally {
      this.#tell = undefined;
    }
  }

  /** Reports a failure, which may be that of many changes, once. @internal */
  report(error: unknown): void {
    this.#changes.report(error);
  }

  // Being remembered.

  protected override filled(lasting: boolean): boolean {
    return this.#group.filled(this, lasting);
  }

  protected override emptied(): void {
    this.#group.emptied(this);
  }

  get #isSet(): boolean {
    return this.#own.size > 0 || this.hasPolicy;
  }

  /** How many contacts are known. @internal */
  get known(): number {
    return this.contacts;
  }

  /** How much memory they take, in bytes, estimated. @internal */
  get knownBytes(): number {
    return this.contactBytes;
  }

  /** Whether there is more than strangers. @internal */
  get lasting(): boolean {
    return this.#isSet || this.contacts > 0;
  }

  /** Whether nothing is here that would be lost. @internal */
  get empty(): boolean {
    if (this.#isSet) return false;
    const { keeper } = this.#group;
    if (!keeper) return this.count === 0;
    if (keeper.busy(this) && this.count > 0) return false;
    for (const item of this.items()) if (item.online) return false;
    return true;
  }

  /** Its strangers do not count any more. @internal */
  override uncount(): void {
    super.uncount();
  }
}
