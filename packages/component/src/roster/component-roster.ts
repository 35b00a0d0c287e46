import { JID, type Presence, Roster, type RosterItem, StanzaError } from '@sestina/core';
import type { PresenceLedger, PresenceType, RosterHost, RosterPolicies, Tell } from '@sestina/core/connection';
import { ComponentRosterNode, type OwnerGroup } from './component-roster-node.js';
import type { PresenceDelivery, RosterKeeper } from './roster-keeper.js';

/** Bytes for each subscriber that there may be, of which an ordinary one takes some 450. */
const SUBSCRIBER_BYTES = 512;
/** Bytes for each owner that there may be, of which one with an ordinary address takes some 1,600; and what its address adds. */
const OWNER_BYTES = 2_048;
const ownerWeight = ({ owner }: ComponentRosterNode): number => 1_500 + 2 * owner.full.length;
/** Owners with nothing but strangers in their rosters, of which each takes some 5 KB. */
const MAX_STRANGE_OWNERS = 1_000;

/** The rosters of a component: one for each address of its domain, made where it is needed, gone when nothing is in it. */
export class ComponentRoster extends Roster<ComponentRosterNode> {
  /** Those with something in them. */
  readonly #nodes = new Map<string, ComponentRosterNode>(); // bound: `maxOwners`, MAX_STRANGE_OWNERS, and whom the program names
  /** Those of them in which something is that lasts. */
  readonly #lasting = new Set<ComponentRosterNode>();
  #lastingBytes = 0;
  /** The others, as long as somebody holds them. */
  readonly #idle = new Map<string, WeakRef<ComponentRosterNode>>(); // bound: what somebody else holds
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (!this.#idle.get(key)?.deref()) this.#idle.delete(key);
  });
  /** Those that somebody has asked for, and not only a stranger written to. */
  readonly #wanted = new WeakSet<ComponentRosterNode>();
  readonly #group: OwnerGroup;
  #fullReported = false;
  #warned = false;
  /** Keeps the rosters; without one they last as long as the connection object. */
  keeper: RosterKeeper | undefined;
  /**
   * How many owners may get a roster that lasts because strangers subscribe, where no store keeps them. They may take 2 KiB each on the
   * average, so that there are fewer of those with very long addresses.
   */
  maxOwners = 5_000;
  /**
   * How many contacts strangers may make by subscribing: of one address where a store keeps them, else of all addresses together. They
   * may take 512 bytes each on the average, so that there are fewer of those with very long addresses.
   */
  maxSubscribers = 20_000;
  /** Sends what goes to many; without one all of it is sent at once. */
  delivery: PresenceDelivery | undefined;

  constructor(host: RosterHost, policies: RosterPolicies) {
    super(host, policies);
    const self = this;
    this.#group = {
      get keeper() {
        return self.keeper;
      },
      get delivery() {
        return self.delivery;
      },
      filled: (node, lasting) => this.#filled(node, lasting),
      emptied: (node) => this.#tidy(node),
    };
  }

  // Owners.

  /** The roster of that owner; without one, of the component's own address. Made where there is none. */
  override of(owner: JID | string = this.host.requestedJid): ComponentRosterNode {
    const bare = JID.from(owner).bare;
    const node = this.#find(bare) ?? this.make(bare);
    this.#wanted.add(node);
    return node;
  }

  /** The owners with something in their rosters. */
  override get owners(): JID[] {
    return [...this.#nodes.values()].map((node) => node.owner);
  }

  #find(owner: JID): ComponentRosterNode | undefined {
    return this.#nodes.get(owner.full) ?? this.#idle.get(owner.full)?.deref();
  }

  protected override *nodes(): IterableIterator<ComponentRosterNode> {
    yield* [...this.#nodes.values()];
    for (const reference of [...this.#idle.values()]) {
      const node = reference.deref();
      if (node) yield node;
    }
  }

  protected override peek(owner: JID): ComponentRosterNode {
    return this.#find(owner) ?? this.make(owner);
  }

  protected override make(owner: JID): ComponentRosterNode {
    const node = new ComponentRosterNode(this.host, owner, this.ledger, this.#group);
    this.#idle.set(owner.full, new WeakRef(node));
    this.#collected.register(node, owner.full);
    return node;
  }

  /** False where it is not kept: strangers can write to as many addresses as they like. */
  #filled(node: ComponentRosterNode, lasting: boolean): boolean {
    const key = node.owner.full;
    const wanted = this.#wanted.has(node);
    if (lasting) {
      if (!this.#lasting.has(node)) {
        if (!wanted && !this.#hasRoomFor(node)) return false;
        this.#lasting.add(node);
        this.#lastingBytes += ownerWeight(node);
      }
    } else {
      if (this.#nodes.get(key) === node) return true;
      if (!wanted && this.#nodes.size - this.#lasting.size >= MAX_STRANGE_OWNERS) return false;
    }
    this.#nodes.set(key, node);
    this.#idle.delete(key);
    return true;
  }

  /** Whether one more owner may get a roster that lasts. */
  #hasRoomFor(node: ComponentRosterNode): boolean {
    const bytes = this.#lastingBytes + ownerWeight(node);
    return this.#lasting.size < this.maxOwners && bytes <= this.maxOwners * OWNER_BYTES;
  }

  /** Nothing is in it any more that lasts. */
  #pass(node: ComponentRosterNode): void {
    if (this.#lasting.delete(node)) this.#lastingBytes -= ownerWeight(node);
  }

  #tidy(node: ComponentRosterNode): void {
    const key = node.owner.full;
    if (!node.lasting) this.#pass(node);
    if (this.#nodes.get(key) === node) {
      if (!node.empty) return;
      this.#nodes.delete(key);
      this.#pass(node);
      this.#idle.set(key, new WeakRef(node));
    }
    node.uncount();
  }

  // Sessions.

  /** @internal */
  override sessionBegins(): void {
    super.sessionBegins();
    if (this.#warned || this.keeper || this.autoAuthorize !== true) return;
    this.#warned = true;
    this.host.logger.warn(
      'who is subscribed to this component is forgotten when the process ends: use(RosterStore) keeps it',
    );
  }

  /** @internal */
  override reset(): void {
    super.reset();
    this.#fullReported = false;
    for (const node of [...this.#nodes.values()]) this.#tidy(node);
  }

  // What comes in.

  protected override nodeFor({ from, to }: Presence): ComponentRosterNode | undefined {
    const { boundJid, requestedJid } = this.host;
    const owner = to?.bare ?? boundJid?.bare;
    if (!owner || !from) return undefined;
    return owner.domain === requestedJid.domain ? this.peek(owner) : this.#find(owner);
  }

  protected override take(
    node: ComponentRosterNode | undefined,
    presence: Presence,
    type: PresenceType | undefined,
  ): Promise<void> | undefined {
    const { keeper } = this;
    if (node && keeper && type !== 'error') {
      // Who is there does not depend on what is kept, but comes in its turn.
      const plain = type === undefined || type === 'unavailable';
      if (!plain || keeper.busy(node)) return this.#takeLater(node, presence, type, plain);
    }
    super.take(node, presence, type);
    if (node) this.#tidy(node);
    return undefined;
  }

  async #takeLater(
    node: ComponentRosterNode,
    presence: Presence,
    type: PresenceType | undefined,
    plain: boolean,
  ): Promise<void> {
    const told: (() => void)[] = [];
    const tell: Tell = (name, data) => told.push(() => this.tellNow(name, data));
    try {
      const act = (): void => node.telling(tell, () => this.change(node, presence, type, tell)?.());
      await (plain || type === 'probe' ? node.look(act) : node.commit(act));
      this.tellPlain(presence, type);
      for (const event of told) event();
    } catch (error) {
      node.report(error);
      super.take(plain ? node : undefined, presence, type);
      if (plain) this.#tidy(node);
    }
  }

  protected override probed(node: ComponentRosterNode, { from, to }: Presence): void {
    if (!from) return;
    if (node.knows(from).lets || this.#letInAgain(node, from)) node.answerProbe(from, to ?? node.owner);
    else node.sendSubscription(from, 'unsubscribed');
  }

  /**
   * Where nothing keeps the rosters, who asks may have been subscribed to an earlier process: to be told otherwise would end
   * that for good, which is not what the policy says.
   */
  #letInAgain(node: ComponentRosterNode, from: JID): boolean {
    const policy = node.autoAuthorize ?? this.autoAuthorize;
    if (policy !== true || this.keeper || this.#refusal(node) !== undefined) return false;
    node.addDirection(node.item(from.bare), 'from');
    return true;
  }

  protected override isWelcome(item: RosterItem): boolean {
    return item.from || item.approved;
  }

  protected override mayKeep(node: ComponentRosterNode, request: Presence): boolean {
    const text = this.#refusal(node);
    if (text === undefined) return true;
    this.host.send(request.errorReply('resource-constraint', text));
    if (!this.#fullReported) {
      this.#fullReported = true;
      const error = new StanzaError('resource-constraint', { text });
      this.host.reportError(error, 'rosters: raise maxOwners or maxSubscribers, or keep them in a store');
    }
    return false;
  }

  /** How many there are; looked at one by one where that matters, since rosters that were stored have gone without a word. */
  #recount(max: number): PresenceLedger {
    const { ledger } = this;
    if (ledger.contacts >= max || ledger.contactBytes >= max * SUBSCRIBER_BYTES) {
      ledger.contacts = 0;
      ledger.contactBytes = 0;
      for (const node of this.#nodes.values()) {
        ledger.contacts += node.known;
        ledger.contactBytes += node.knownBytes;
      }
    }
    return ledger;
  }

  /** Why no further subscriber of an address can be kept. */
  #refusal(node: ComponentRosterNode): string | undefined {
    const { maxOwners, maxSubscribers } = this;
    const { contacts, contactBytes } = this.keeper
      ? { contacts: node.known, contactBytes: node.knownBytes }
      : this.#recount(maxSubscribers);
    if (contacts >= maxSubscribers || contactBytes >= maxSubscribers * SUBSCRIBER_BYTES) {
      return `no more than ${maxSubscribers} can subscribe here`;
    }
    if (this.keeper || this.#filled(node, true)) return undefined;
    return `no more than ${maxOwners} addresses can be subscribed to here`;
  }

  protected override granted(node: ComponentRosterNode, item: RosterItem): boolean {
    // Only the answer to a request of ours counts (RFC 6121 §A.3.3).
    if (!item.ask) return false;
    node.addDirection(item, 'to');
    return true;
  }

  /** Tells that one so too (RFC 6121 §A.3.2). */
  protected override gaveUp(node: ComponentRosterNode, item: RosterItem): boolean {
    if (!item.from && !item.pendingIn) return false;
    item.pendingIn = false;
    node.endFrom(item);
    node.sendSubscription(item.jid, 'unsubscribed');
    return true;
  }

  protected override refused(node: ComponentRosterNode, item: RosterItem): boolean {
    return node.endTo(item);
  }
}
