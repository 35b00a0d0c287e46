import type { JID } from '../../jid/index.js';
import type { Sending } from '../../sending.js';
import type { Presence } from '../../stanza/presence.js';
import type { KeptPresence, ResourcePresence } from './kept-presence.js';
import { PeerPresence } from './peer-presence.js';

/** Who sees whose presence (RFC 6121 §2.1.2.5): `to`, we see the contact's; `from`, the contact sees ours. */
export type Subscription = 'both' | 'from' | 'none' | 'to';

/** The four types of presence by which subscriptions are asked for, granted and ended (RFC 6121 §3). */
export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

/** What a roster says of a contact. */
export interface RosterEntry {
  readonly jid: JID;
  readonly name?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly subscription?: Subscription | undefined;
  /** A subscription request of ours waits for an answer. */
  readonly ask?: boolean | undefined;
  /** The contact's request is approved before it comes (RFC 6121 §3.4). */
  readonly approved?: boolean | undefined;
}

/** Name and groups of a contact; what is not given stays as it is. */
export interface ContactChanges {
  readonly name?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** What a contact asks of the roster that it is in. */
export interface ItemOwner {
  readonly owner: JID;
  act(item: RosterItem, type: SubscriptionType): Sending;
  update(jid: JID, changes: ContactChanges): Promise<void>;
  remove(jid: JID): Promise<void>;
  forgetStranger(item: RosterItem): boolean;
}

// Bytes of a contact beside its address, which is there whole and in parts, and of each text beside its characters: measured.
const ENTRY = 420;
const TEXT = 24;

const NOBODY: ReadonlyMap<string, ResourcePresence> = new Map(); // module-state: the empty map, never written to

/** Bytes of memory that a contact takes, estimated. */
export function entryWeight({ jid, name = '', groups = [] }: RosterEntry): number {
  return groups.reduce((sum, group) => sum + TEXT + group.length, ENTRY + 2 * jid.full.length + name.length);
}

/** A contact of an owner: what the roster says, and the presence of its resources. */
export class RosterItem {
  readonly #roster: ItemOwner;
  /** Made for those who are there: most contacts of a large roster are not. */
  #presence: PeerPresence | undefined;
  name = '';
  groups: readonly string[] = [];
  subscription: Subscription = 'none';
  /** A subscription request of ours waits for an answer. */
  ask = false;
  /** The contact's request is approved before it comes. */
  approved = false;
  /** A subscription request of the contact waits for an answer. */
  pendingIn = false;
  /** Whether it is in the roster, and not only somebody whose presence we see. */
  inRoster = false;
  /** What the ledger has counted of its presence. @internal */
  counted = 0;
  /** What its roster has counted of it as a contact. */
  entryCounted = 0;

  constructor(
    roster: ItemOwner,
    /** Bare JID; with a resource where the roster itself has it so. */
    readonly jid: JID,
  ) {
    this.#roster = roster;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** Whether the contact sees our presence. */
  get from(): boolean {
    return this.subscription === 'from' || this.subscription === 'both';
  }

  /** Whether we see the contact's presence. */
  get to(): boolean {
    return this.subscription === 'to' || this.subscription === 'both';
  }

  /** The resources that are there, by name. Of very large presence, show, status and priority alone are kept. */
  get resources(): ReadonlyMap<string, ResourcePresence> {
    return this.#presence?.resources ?? NOBODY;
  }

  /** Whether any resource is there. */
  get online(): boolean {
    return this.resources.size > 0;
  }

  /**
   * The resource that messages to the bare JID would go to: highest priority, the latest of equals. Undefined also where
   * all that are there have a negative priority, which want no such messages (RFC 6121 §4.7.2.3): see `online`.
   */
  get best(): ResourcePresence | undefined {
    return this.#presence?.best;
  }

  /** Asks for a subscription to the contact's presence. */
  subscribe(): Sending {
    return this.#roster.act(this, 'subscribe');
  }

  /** Gives up our subscription. */
  unsubscribe(): Sending {
    return this.#roster.act(this, 'unsubscribe');
  }

  /**
   * Lets the contact see our presence. One who has not asked is approved beforehand (RFC 6121 §3.4) where the server offers that: a
   * client's `server.preApproval` says so. Another server does nothing, and the contact has to be authorized once it asks.
   */
  authorize(): Sending {
    return this.#roster.act(this, 'subscribed');
  }

  /** Refuses a request, or ends what was allowed. */
  unauthorize(): Sending {
    return this.#roster.act(this, 'unsubscribed');
  }

  /** Changes name or groups in the roster. */
  update(changes: ContactChanges): Promise<void> {
    return this.#roster.update(this.jid, changes);
  }

  /** Takes the contact out of the roster, and ends subscriptions both ways. */
  remove(): Promise<void> {
    return this.#roster.remove(this.jid);
  }

  /** Takes in what a roster says; the presence stays. */
  apply(entry: Omit<RosterEntry, 'jid'>): void {
    this.name = entry.name ?? '';
    // Some servers have them twice, or empty; none takes them back so.
    this.groups = [...new Set(entry.groups)].filter((group) => group !== '');
    this.subscription = entry.subscription ?? 'none';
    this.ask = entry.ask ?? false;
    this.approved = entry.approved ?? false;
    if (this.from) this.pendingIn = false;
  }

  /** @internal */
  get standing(): 'contact' | 'own' | 'stranger' {
    if (this.jid.bare.equals(this.#roster.owner)) return 'own';
    return this.inRoster ? 'contact' : 'stranger';
  }

  /** @internal */
  get weight(): number {
    return this.#presence?.weight ?? 0;
  }

  /** @internal */
  get detailed(): boolean {
    return this.#presence?.detailed ?? false;
  }

  /** @internal */
  shorten(): void {
    this.#presence?.shorten();
  }

  /** @internal */
  forget(): void {
    this.#presence = undefined;
    this.#roster.forgetStranger(this);
  }

  /** Takes in a presence of one of its resources. What was known of it comes back. @internal */
  put(kept: KeptPresence): ResourcePresence | undefined {
    this.#presence ??= new PeerPresence();
    return this.#presence.put(kept);
  }

  /** A resource is gone, or all where it came from the bare JID: whether one was there. @internal */
  left(presence: Presence): boolean {
    const gone = this.#presence?.delete(presence.from?.resource) ?? false;
    if (this.#presence?.resources.size === 0) this.#presence = undefined;
    return gone;
  }
}
