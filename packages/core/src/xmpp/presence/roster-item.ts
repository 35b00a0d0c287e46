import type { JID } from '../../jid/index.js';
import type { Presence, PresenceShow } from '../../stanza/presence.js';
import type { Sending } from '../../stream/sending.js';
import type { KeptContact } from './roster-keeper.js';
import type { RosterNode } from './roster-node.js';

/** Who sees whose presence (RFC 6121 §2.1.2.5): `to`, we see the contact's; `from`, the contact sees ours. */
export type Subscription = 'both' | 'from' | 'none' | 'to';

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

/** How far a resource of a contact is there. */
export interface ResourcePresence {
  readonly resource: string;
  readonly show: PresenceShow | undefined;
  readonly status: string | undefined;
  readonly priority: number;
  /** The stanza that says so. */
  readonly presence: Presence;
}

/** A contact of an owner: what the roster says, and the presence of its resources. */
export class RosterItem {
  readonly #node: RosterNode;
  /** Made for those who are there: most contacts of a large roster are not. */
  #resources: Map<string, ResourcePresence> | undefined;
  name = '';
  groups: readonly string[] = [];
  subscription: Subscription = 'none';
  /** A subscription request of ours waits for an answer. */
  ask = false;
  /** The contact's request is approved before it comes. */
  approved = false;
  /** A subscription request of the contact waits for an answer. */
  pendingIn = false;
  #inRoster = false;

  constructor(
    node: RosterNode,
    /** Bare JID. */
    readonly jid: JID,
  ) {
    this.#node = node;
  }

  /** Whether it is in the roster, and not only somebody whose presence we see. */
  get inRoster(): boolean {
    return this.#inRoster;
  }

  /** Whether the contact sees our presence. */
  get from(): boolean {
    return this.subscription === 'from' || this.subscription === 'both';
  }

  /** Whether we see the contact's presence. */
  get to(): boolean {
    return this.subscription === 'to' || this.subscription === 'both';
  }

  /** The resources that are there, by name. */
  get resources(): ReadonlyMap<string, ResourcePresence> {
    return this.#map;
  }

  get #map(): Map<string, ResourcePresence> {
    this.#resources ??= new Map();
    return this.#resources;
  }

  /** Whether any resource is there. */
  get online(): boolean {
    return this.#resources !== undefined && this.#resources.size > 0;
  }

  /** The resource that messages to the bare JID would go to: highest priority, the latest of equals. */
  get best(): ResourcePresence | undefined {
    let best: ResourcePresence | undefined;
    for (const resource of this.#resources?.values() ?? []) {
      if (resource.priority >= 0 && resource.priority >= (best?.priority ?? 0)) best = resource;
    }
    return best;
  }

  /** Asks for a subscription to the contact's presence. */
  subscribe(): Sending {
    return this.#node.act(this.jid, 'subscribe', () => this.#current.#subscribe());
  }

  /** Gives up our subscription. */
  unsubscribe(): Sending {
    return this.#node.act(this.jid, 'unsubscribe', () => this.#current.#unsubscribe());
  }

  /** Lets the contact see our presence. */
  authorize(): Sending {
    return this.#node.act(this.jid, 'subscribed', () => this.#current.#authorize());
  }

  /** Refuses a request, or ends what was allowed. */
  unauthorize(): Sending {
    return this.#node.act(this.jid, 'unsubscribed', () => this.#current.#unauthorize());
  }

  /** The item that the roster has by now: where a store keeps it, another process may have changed it. */
  get #current(): RosterItem {
    return this.#node.current(this, true);
  }

  #subscribe(): Sending {
    if (!this.to) this.ask = true;
    return this.#node.sendSubscription(this.jid, 'subscribe');
  }

  #unsubscribe(): Sending {
    this.ask = false;
    if (this.#node.keepsState) this.removeDirection('to');
    this.#node.forgetStranger(this);
    return this.#node.sendSubscription(this.jid, 'unsubscribe');
  }

  #authorize(): Sending {
    this.pendingIn = false;
    if (this.#node.keepsState) this.addDirection('from');
    const sending = this.#node.sendSubscription(this.jid, 'subscribed');
    if (this.#node.keepsState) this.#node.sendLastPresence(this.jid);
    return sending;
  }

  #unauthorize(): Sending {
    this.pendingIn = false;
    if (this.#node.keepsState) this.endFrom();
    this.#node.forgetStranger(this);
    return this.#node.sendSubscription(this.jid, 'unsubscribed');
  }

  /** Where no server does it: the contact does not see us any more, and we are gone for it (RFC 6121 §3.2.2). @internal */
  endFrom(): void {
    if (!this.from) return;
    this.#node.sendUnavailable(this.jid);
    this.removeDirection('from');
  }

  /** Changes name or groups in the roster. */
  update(changes: { name?: string; groups?: readonly string[] }): Promise<void> {
    return this.#node.update(this.jid, changes);
  }

  /** Takes the contact out of the roster, and ends subscriptions both ways. */
  remove(): Promise<void> {
    return this.#node.remove(this.jid);
  }

  /** Takes in what the server says. @internal */
  apply(entry: RosterEntry): void {
    this.#join();
    this.name = entry.name ?? '';
    this.groups = entry.groups ?? [];
    this.subscription = entry.subscription ?? 'none';
    this.ask = entry.ask ?? false;
    this.approved = entry.approved ?? false;
    if (this.from) this.pendingIn = false;
  }

  /** Takes in what is kept; undefined: nothing is. @internal */
  restore(kept: KeptContact | undefined): void {
    this.name = kept?.name ?? '';
    this.groups = kept?.groups ?? [];
    this.subscription = kept?.subscription ?? 'none';
    this.ask = kept?.ask ?? false;
    this.approved = kept?.approved ?? false;
    this.pendingIn = kept?.pendingIn ?? false;
    if (kept?.inRoster) this.#join();
    else this.#inRoster = false;
  }

  /** @internal */
  addDirection(direction: 'from' | 'to'): void {
    const other = direction === 'from' ? this.to : this.from;
    this.subscription = other ? 'both' : direction;
    this.#join();
    if (direction === 'to') this.ask = false;
  }

  #join(): void {
    if (this.#inRoster) return;
    this.#inRoster = true;
    this.#node.joined(this);
  }

  /** @internal */
  removeDirection(direction: 'from' | 'to'): void {
    if (this.subscription === 'none') return;
    if (direction === 'from') this.subscription = this.to ? 'to' : 'none';
    else this.subscription = this.from ? 'from' : 'none';
    // Nothing is left of it. Else strangers who come and go would leave entries behind for ever.
    if (this.subscription !== 'none' || this.ask || this.approved || this.name || this.groups.length > 0) return;
    this.#inRoster = false;
    this.#node.parted(this);
  }

  /** Takes in a presence of one of its resources. What has changed comes back. @internal */
  arrived(presence: Presence): { first: boolean; changed: boolean } {
    const resource = presence.from?.resource ?? '';
    const resources = this.#map;
    const before = resources.get(resource);
    const { show, status, priority } = presence;
    const first = resources.size === 0;
    // To the end, as the latest; where it is the only one it is there already.
    if (resources.size > 1) resources.delete(resource);
    resources.set(resource, { resource, show, status, priority, presence });
    return { first, changed: !before || before.show !== show || before.status !== status };
  }

  /** A resource is gone, or all where it came from the bare JID. @internal */
  left(presence: Presence): { last: boolean; changed: boolean } {
    const resource = presence.from?.resource;
    const resources = this.#map;
    const had = resources.size;
    if (resource === undefined) resources.clear();
    else resources.delete(resource);
    const changed = resources.size !== had;
    return { last: changed && resources.size === 0, changed };
  }

  /** It is not in the roster any more. @internal */
  removed(): void {
    this.restore(undefined);
  }

  /** @internal */
  forgetPresence(): void {
    this.#resources?.clear();
  }
}
