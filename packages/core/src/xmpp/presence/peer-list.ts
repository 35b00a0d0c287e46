import { LazyMap, LazySet } from '@sestina/xml';
import { JID } from '../../jid/index.js';
import type { Sending } from '../../sending.js';
import type { Presence } from '../../stanza/presence.js';
import { keepPresence } from './kept-presence.js';
import type { PresenceLedger } from './presence-ledger.js';
import { type ContactChanges, entryWeight, type ItemOwner, RosterItem, type SubscriptionType } from './roster-item.js';

const MAX_STRANGERS = 1_000;
// Beside them, those who wait for an answer: a flood of presence must not keep anybody from asking.
const MAX_WAITING = 1_000;
const MAX_RESOURCES = { own: 100, contact: 100, stranger: 16 };

// A stranger takes some 500 bytes beside his address, of which there may be 2,047.
const LONG_ADDRESS = 256;
const costOf = ({ jid }: RosterItem): number => 1 + Math.floor(jid.full.length / LONG_ADDRESS);

/** What a presence has changed. */
export interface Arrival {
  readonly item: RosterItem;
  /** It is the first resource that is there, or the last that was. */
  readonly edge: boolean;
  /** Show or status are not what they were. */
  readonly changed: boolean;
}

/** The contacts of one owner, others of whom something is known, and who of them is there, within bounds. */
export abstract class PeerList implements ItemOwner {
  protected readonly ledger: PresenceLedger;
  readonly #items = new LazyMap<string, RosterItem>(); // bound: `maxStrangers` and the ledger; contacts by who keeps the roster
  /** Those of them who are not in the roster, oldest first. */
  readonly #strangers = new LazySet<RosterItem>();
  /** How many contacts are in the roster. */
  protected contacts = 0;
  /** Bytes of memory that they take, estimated. */
  protected contactBytes = 0;
  /** Those with a resource in their address. */
  #withResource = 0;

  constructor(
    /** Bare JID. */
    readonly owner: JID,
    ledger: PresenceLedger,
  ) {
    this.ledger = ledger;
  }

  abstract act(item: RosterItem, type: SubscriptionType): Sending;
  abstract update(jid: JID, changes: ContactChanges): Promise<void>;
  abstract remove(jid: JID): Promise<void>;

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

  /** The contact of exactly that address. */
  protected exactly(jid: JID): RosterItem | undefined {
    return this.#items.get(jid.full);
  }

  /** Whether that one sees our presence, and whether it is in the roster, as far as that is known. */
  knows(jid: JID): { readonly lets: boolean; readonly contact: boolean } {
    const item = this.find(jid);
    const bare = this.find(jid.bare);
    return { lets: item?.from || bare?.from || false, contact: item?.inRoster || bare?.inRoster || false };
  }

  /** There may be something in it now; `lasting`: more than strangers. False where it is not kept for that. */
  protected filled(_lasting: boolean): boolean {
    return true;
  }

  /** There may be nothing in it now. */
  protected emptied(): void {}

  /** Contacts and others, as many as there are. */
  protected get count(): number {
    return this.#items.size;
  }

  /** Puts an item into the roster. */
  protected enter(item: RosterItem): void {
    this.#items.set(item.jid.full, item);
    this.#uncountStranger(item);
    this.#weigh(item, entryWeight(item));
    if (!item.inRoster) {
      item.inRoster = true;
      this.contacts += 1;
      this.ledger.contacts += 1;
      if (item.jid.isFull) this.#withResource += 1;
      this.ledger.update(item);
    }
    this.filled(true);
  }

  /** Takes an item out of the roster. Whoever is there, or waits for an answer, stays as a stranger. */
  protected leave(item: RosterItem): void {
    if (!item.inRoster) return;
    item.inRoster = false;
    this.contacts -= 1;
    this.ledger.contacts -= 1;
    this.#weigh(item, 0);
    if (item.jid.isFull) this.#withResource -= 1;
    if (this.forgetStranger(item)) return;
    this.#count(item);
    this.ledger.update(item);
  }

  #weigh(item: RosterItem, weight: number): void {
    const more = weight - item.entryCounted;
    item.entryCounted = weight;
    this.contactBytes += more;
    this.ledger.contactBytes += more;
  }

  /**
   * The item of a bare JID, made where there is none. One stranger too many takes the place of one about whom nothing is
   * known any more; where there is none of those it is not kept.
   */
  item(jid: JID): RosterItem {
    return this.#items.get(jid.full) ?? this.current(new RosterItem(this, jid));
  }

  /** What this item is by now: itself, put back where it was not here any more, or the one that took its place. */
  current(item: RosterItem, waits = item.pendingIn): RosterItem {
    const key = item.jid.full;
    const existing = this.#items.get(key);
    if (existing) return existing;
    const reserve = waits ? MAX_WAITING : 0;
    if (this.#isFull(reserve)) for (const stranger of this.#strangers) if (this.forgetStranger(stranger)) break;
    if (this.#isFull(reserve)) {
      this.ledger.full();
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
    this.ledger.strangersLeft -= costOf(item);
  }

  #uncountStranger(item: RosterItem): void {
    if (this.#strangers.delete(item)) this.ledger.strangersLeft += costOf(item);
  }

  /** Its strangers do not count any more: this roster may go without a word. */
  protected uncount(): void {
    for (const stranger of this.#strangers) this.ledger.strangersLeft += costOf(stranger);
    this.#strangers.clear();
  }

  /** How many who are in no roster are remembered. */
  protected get maxStrangers(): number {
    return MAX_STRANGERS;
  }

  #isFull(reserve: number): boolean {
    return this.#strangers.size >= this.maxStrangers + reserve || this.ledger.strangersLeft <= -reserve;
  }

  /** Contacts are known now: strangers beyond the bound are forgotten, the oldest first. */
  protected trimStrangers(): void {
    for (const stranger of this.#strangers) {
      if (!this.#isFull(1)) return;
      if (stranger.pendingIn || stranger.ask) continue;
      this.ledger.remove(stranger);
      stranger.forget();
    }
  }

  /** Forgets somebody who is not in the roster and about whom nothing is known. */
  forgetStranger(item: RosterItem): boolean {
    if (item.inRoster || item.online || item.pendingIn || item.ask) return false;
    if (!this.#items.delete(item.jid.full)) return false;
    this.#uncountStranger(item);
    if (this.#items.size === 0) this.emptied();
    return true;
  }

  /** Takes in a presence; undefined where it changes nothing that is kept. @internal */
  arrived(presence: Presence): Arrival | undefined {
    const { from } = presence;
    if (!from) return undefined;
    const kept = keepPresence(presence);
    const item = this.find(from) ?? this.item(from.bare);
    const { resources } = item;
    if (this.#items.get(item.jid.full) !== item) return undefined;
    if (resources.size >= MAX_RESOURCES[item.standing] && !resources.has(kept.resource)) {
      this.ledger.full();
      return undefined;
    }
    const before = item.put(kept);
    const edge = resources.size === 0;
    // A stranger at an address that is not kept for him would keep all of it.
    if (!this.ledger.update(item) || !(this.filled(false) || item.inRoster)) {
      item.left(kept.presence);
      this.ledger.update(item);
      this.forgetStranger(item);
      return undefined;
    }
    return { item, edge, changed: !before || before.show !== kept.show || before.status !== kept.status };
  }

  /** A resource is gone, or all where it came from the bare JID. @internal */
  left(presence: Presence): Arrival | undefined {
    const { from } = presence;
    const item = from && this.find(from);
    if (!item?.left(presence)) return undefined;
    this.ledger.update(item);
    this.forgetStranger(item);
    return { item, edge: !item.online, changed: true };
  }

  /** Nobody's presence is known any more. */
  reset(): void {
    for (const item of [...this.items()]) {
      this.ledger.remove(item);
      item.forget();
    }
  }
}
