import { JID } from '../../jid/index.js';
import type { Registration } from '../../registration.js';
import type { Sending } from '../../sending.js';
import type { Presence, PresenceType } from '../../stanza/presence.js';
import type { XMPPEvents } from '../xmpp-events.js';
import { type ClaimOptions, Claims } from './claims.js';
import type { PresencePurpose } from './outgoing-presence.js';
import { PresenceLedger } from './presence-ledger.js';
import type { RosterHost, RosterPolicies, SubscriptionPolicy, Tell } from './roster-host.js';
import type { RosterItem, SubscriptionType } from './roster-item.js';
import { RosterNode } from './roster-node.js';

const DIRECT = { direct: true } as const;
const MAX_STRANGERS = 10_000;

const EVENTS = {
  unavailable: 'presenceUnavailable',
  error: 'presenceError',
  probe: 'presenceProbe',
  subscribe: 'presenceSubscribe',
  subscribed: 'presenceSubscribed',
  unsubscribe: 'presenceUnsubscribe',
  unsubscribed: 'presenceUnsubscribed',
} as const satisfies Record<PresenceType, keyof XMPPEvents>;

/**
 * The rosters of a connection, by owner, and what a presence that comes does to them. A client has the one of its account,
 * which its server keeps; a component has as many as it has addresses, and keeps them itself.
 */
export class Roster<N extends RosterNode = RosterNode> {
  protected readonly host: RosterHost;
  protected readonly ledger: PresenceLedger;
  /** @internal */
  readonly claims = new Claims();
  readonly #nodes = new Map<string, N>(); // bound: our account, and whom the program names
  protected readonly tellNow: Tell = (name, data) => this.host.emit(name, data, DIRECT);
  #sentFirst = false;
  #fullReported = false;
  autoAuthorize: SubscriptionPolicy;
  autoSubscribe: boolean;

  constructor(host: RosterHost, policies: RosterPolicies, maxStrangers = MAX_STRANGERS) {
    this.host = host;
    this.autoAuthorize = policies.autoAuthorize;
    this.autoSubscribe = policies.autoSubscribe;
    this.ledger = new PresenceLedger(maxStrangers, () => this.#full());
  }

  #full(): void {
    if (this.#fullReported) return;
    this.#fullReported = true;
    this.host.logger.warn('more presence came than is kept: strangers, and details of contacts, are forgotten');
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** The roster of that owner; without one, of this connection's own address. Made where there is none. */
  of(owner: JID | string = this.host.boundJid ?? this.host.requestedJid): N {
    const bare = JID.from(owner).bare;
    const node = this.#nodes.get(bare.full) ?? this.make(bare);
    this.#nodes.set(bare.full, node);
    return node;
  }

  /** A roster in which nothing is. */
  protected make(owner: JID): N {
    return new RosterNode(this.host, owner, this.ledger) as N;
  }

  /** The owners with something in their rosters. */
  get owners(): JID[] {
    return [...this.#nodes.values()].map((node) => node.owner);
  }

  /** Those that there are, empty ones included. */
  protected nodes(): Iterable<N> {
    return this.#nodes.values();
  }

  /** The roster of an owner for a look at it: nobody has asked for it to stay. */
  protected peek(owner: JID): N {
    return this.of(owner);
  }

  /** Whether that one may see the presence of an owner; what keeps the roster is asked first. @internal */
  async lets(owner: JID, from: JID): Promise<boolean> {
    const node = this.peek(owner);
    await node.load();
    return node.knows(from).lets;
  }

  /** Whether that one is in the roster of an owner, as far as that is known. */
  hasContact(owner: JID, jid: JID): boolean {
    return this.peek(owner).knows(jid).contact;
  }

  /** Takes the presence of an address out of what rosters know. @internal */
  claim(bare: JID | string, options: ClaimOptions): Registration {
    const registration = this.claims.add(bare, options);
    const jid = JID.from(bare).bare;
    const owner = options.owner === undefined ? undefined : JID.from(options.owner).bare;
    for (const node of this.nodes()) if (!owner || owner.equals(node.owner)) node.disown(jid);
    return registration;
  }

  /** @internal */
  purposeOf(presence: Presence): PresencePurpose {
    const to = presence.xml.attribute('to');
    if (to === undefined) return 'broadcast';
    const jid = JID.tryParse(to);
    return jid && this.claims.of(jid, presence.from)?.kind === 'room' ? 'room' : 'directed';
  }

  /** The owners that have broadcast presence in this session; of all, or of that one. */
  *announced(owner: JID | undefined): IterableIterator<JID> {
    for (const node of this.nodes()) if (node.announced && (!owner || owner.equals(node.owner))) yield node.owner;
  }

  /** A session has begun in which no presence was sent yet. */
  sessionBegins(): void {
    this.#sentFirst = false;
  }

  /** Nobody's presence is known any more: the session is over. */
  reset(): void {
    this.#fullReported = false;
    for (const node of this.nodes()) node.reset();
  }

  /** A presence of ours was sent. @internal */
  sent(presence: Presence, sending: Sending): void {
    const type = presence.xml.attribute('type');
    if (presence.xml.attribute('to') !== undefined || (type !== undefined && type !== 'unavailable')) return;
    this.of(presence.from ?? undefined).remember(presence);
    const written = (): void => {
      if (this.#sentFirst) return;
      this.#sentFirst = true;
      this.host.emit('sentPresence', presence);
    };
    if (sending.state === 'written') written();
    else if (sending.state === 'queued') sending.onWritten(written);
  }

  /**
   * Takes in a presence and tells what it changes, in this order: the plain events, then what follows from it. Where a store
   * has to be asked first, resolves once that is done.
   * @internal
   */
  received(presence: Presence): Promise<void> | undefined {
    const type = presence.xml.attribute('type');
    if (type !== undefined && !Object.hasOwn(EVENTS, type)) {
      // Above all not a sign that somebody is there.
      if (presence.from) this.host.send(presence.errorReply('bad-request', 'presence of this type does not exist'));
      return undefined;
    }
    const known = type as PresenceType | undefined;
    if (this.claims.deliver(presence, (error) => this.host.reportError(error, `claim of ${presence.from?.bare}`))) {
      this.tellPlain(presence, known);
      return undefined;
    }
    return this.take(this.nodeFor(presence), presence, known);
  }

  /** Whose roster a presence is for. */
  protected nodeFor(presence: Presence): N | undefined {
    const own = this.host.boundJid?.bare;
    const isOurs = own && presence.from && (presence.to?.bare ?? own).equals(own);
    return isOurs ? this.of(own) : undefined;
  }

  /** Takes it in at once. */
  protected take(node: N | undefined, presence: Presence, type: PresenceType | undefined): Promise<void> | undefined {
    const follow = node && this.change(node, presence, type, this.tellNow);
    this.tellPlain(presence, type);
    follow?.();
    return undefined;
  }

  protected tellPlain(presence: Presence, type: PresenceType | undefined): void {
    this.tellNow('presence', presence);
    this.tellNow(type === undefined ? 'presenceAvailable' : EVENTS[type], presence);
    if (type?.startsWith('subscribe') || type?.startsWith('unsubscribe')) {
      this.tellNow('changedSubscription', presence);
    }
  }

  /** Changes the roster. What comes back does what follows, once the plain events are told. */
  protected change(node: N, presence: Presence, type: PresenceType | undefined, tell: Tell): (() => void) | undefined {
    switch (type) {
      case undefined:
      case 'unavailable':
        return this.#moved(node, presence, type, tell);
      case 'error':
        return undefined;
      case 'probe':
        return () => this.probed(node, presence);
      default:
        return () => this.#subscription(node, presence, type, tell);
    }
  }

  #moved(node: N, presence: Presence, type: 'unavailable' | undefined, tell: Tell): (() => void) | undefined {
    const arrival = type ? node.left(presence) : node.arrived(presence);
    if (!arrival) return undefined;
    const { item, edge, changed } = arrival;
    const change = { owner: node.owner, jid: item.jid, presence };
    // Our own devices are no contact.
    const tells = edge && item.standing !== 'own';
    return () => {
      if (tells && !type) tell('gotOnline', change);
      if (changed) tell('changedStatus', change);
      if (tells && type) tell('gotOffline', change);
    };
  }

  /** Somebody asks whether an address is there: a server answers for a client. */
  protected probed(_node: N, _presence: Presence): void {}

  #subscription(node: N, presence: Presence, type: SubscriptionType, tell: Tell): void {
    if (!presence.from) return;
    const item = node.item(presence.from.bare);
    switch (type) {
      case 'subscribe':
        this.#asked(node, item, presence, tell);
        break;
      case 'subscribed':
        if (this.granted(node, item)) tell('rosterSubscriptionAuthorized', presence);
        break;
      case 'unsubscribe':
        if (this.gaveUp(node, item)) tell('rosterSubscriptionRemove', presence);
        break;
      case 'unsubscribed':
        if (this.refused(node, item)) tell('rosterSubscriptionRemoved', presence);
        break;
    }
    node.forgetStranger(item);
  }

  #asked(node: N, item: RosterItem, presence: Presence, tell: Tell): void {
    // RFC 6121 §3.1.3: who is subscribed already is told so, and nobody is asked.
    if (this.isWelcome(item)) {
      item.authorize();
      return;
    }
    const policy = node.autoAuthorize ?? this.autoAuthorize;
    item.pendingIn = true;
    node.current(item);
    if (policy === 'ask') {
      tell('rosterSubscriptionRequest', presence);
    } else if (policy && !this.mayKeep(node, presence)) {
      item.pendingIn = false;
    } else if (policy) {
      item.authorize();
      if ((node.autoSubscribe ?? this.autoSubscribe) && !item.to && !item.ask) item.subscribe();
    } else {
      item.unauthorize();
    }
  }

  /** Whether a request of that one needs no decision any more. Our server would have answered it. */
  protected isWelcome(_item: RosterItem): boolean {
    return false;
  }

  /** Whether what is granted to a stranger can be kept. What cannot be kept is not promised. */
  protected mayKeep(_node: N, _request: Presence): boolean {
    return true;
  }

  /** That one lets us see its presence. False where nobody had asked. */
  protected granted(_node: N, _item: RosterItem): boolean {
    return true;
  }

  /** That one does not want to see our presence any more. False where it did not, nor asked to. */
  protected gaveUp(_node: N, item: RosterItem): boolean {
    item.pendingIn = false;
    return true;
  }

  /** That one does not let us see its presence any more. False where it did not, nor was asked to. */
  protected refused(_node: N, item: RosterItem): boolean {
    item.ask = false;
    return true;
  }
}
