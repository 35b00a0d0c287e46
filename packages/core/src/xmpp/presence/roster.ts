import { JID } from '../../jid/index.js';
import type { ElementView } from '../../stanza/element.js';
import type { Presence, PresenceType } from '../../stanza/presence.js';
import { StanzaError } from '../../stanza/stanza-error.js';
import type { Sending, SendOptions } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { XMPPEvents } from '../xmpp-events.js';
import type { RosterItem } from './roster-item.js';
import type { PresenceDelivery, RosterKeeper } from './roster-keeper.js';
import { type RosterGroup, RosterNode, type StrangerQuota } from './roster-node.js';

/** What is done when somebody asks to see our presence: let them, refuse, or ask (the `rosterSubscriptionRequest` event). */
export type SubscriptionPolicy = 'ask' | boolean;

/** What a roster asks of its connection. */
export interface RosterHost {
  readonly isComponent: boolean;
  readonly boundJid: JID | undefined;
  readonly requestedJid: JID;
  presence(init?: PresenceInit): Presence;
  send(stanza: ElementView, options?: SendOptions): Sending;
  sendPresence(init?: PresenceInit, options?: SendOptions): Sending;
  emit<K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K], options?: { direct?: boolean }): void;
  reportError(error: unknown, where: string): void;
}

/** Policies for owners that have none of their own. */
export interface RosterPolicies {
  readonly autoAuthorize: SubscriptionPolicy;
  /** Whether a contact that we let see our presence is asked for the same. */
  readonly autoSubscribe: boolean;
}

const DIRECT = { direct: true } as const;
/** Owners with nothing but strangers in their rosters. */
const MAX_STRANGE_OWNERS = 10_000;
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

type Tell = <K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K]) => void;

/** The rosters of a connection, by owner: a client has one, a component as many as it has addresses. */
export class Roster {
  readonly #host: RosterHost;
  /** Those with something in them. */
  readonly #nodes = new Map<string, RosterNode>();
  /** Those of them in which something is that lasts. */
  readonly #lasting = new Set<RosterNode>();
  /** The others, as long as somebody holds them. */
  readonly #idle = new Map<string, WeakRef<RosterNode>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (!this.#idle.get(key)?.deref()) this.#idle.delete(key);
  });
  /** Those that somebody has asked for, and not only a stranger written to. */
  readonly #wanted = new WeakSet<RosterNode>();
  readonly #group: RosterGroup;
  readonly #tellNow: Tell = (name, data) => this.#host.emit(name, data, DIRECT);
  readonly #quota: StrangerQuota = { left: MAX_STRANGERS };
  #sentFirst = false;
  #fullReported = false;
  autoAuthorize: SubscriptionPolicy;
  autoSubscribe: boolean;
  /** Keeps the rosters of a component's addresses; without one they last as long as the connection object. */
  keeper: RosterKeeper | undefined;
  /** How many owners may get a roster that lasts because strangers subscribe, where no store keeps them. */
  maxOwners = 10_000;
  /** Sends what goes to many; without one all of it is sent at once. */
  delivery: PresenceDelivery | undefined;

  constructor(host: RosterHost, policies: RosterPolicies) {
    this.#host = host;
    this.autoAuthorize = policies.autoAuthorize;
    this.autoSubscribe = policies.autoSubscribe;
    const self = this;
    this.#group = {
      get keeper() {
        return self.keeper;
      },
      get delivery() {
        return self.delivery;
      },
      filled: (node, lasting) => void this.#filled(node, lasting),
      emptied: (node) => this.#tidy(node),
    };
  }

  /** The roster of that owner; without one, of this connection's own address. Made where there is none. */
  of(owner: JID | string = this.#host.boundJid ?? this.#host.requestedJid): RosterNode {
    const bare = JID.from(owner).bare;
    const node = this.#find(bare) ?? this.#make(bare);
    this.#wanted.add(node);
    if (!this.#host.isComponent) this.#nodes.set(bare.toString(), node);
    return node;
  }

  #find(owner: JID): RosterNode | undefined {
    const key = owner.toString();
    return this.#nodes.get(key) ?? this.#idle.get(key)?.deref();
  }

  #make(owner: JID): RosterNode {
    const node = new RosterNode(this.#host, owner, this.#quota, this.#group);
    const key = owner.toString();
    this.#idle.set(key, new WeakRef(node));
    this.#collected.register(node, key);
    return node;
  }

  /** False where it is not kept: strangers can write to as many addresses as they like. */
  #filled(node: RosterNode, lasting = false): boolean {
    const key = node.owner.toString();
    const wanted = this.#wanted.has(node);
    if (lasting) {
      if (!wanted && !this.#lasting.has(node) && this.#lasting.size >= this.maxOwners) return false;
      this.#lasting.add(node);
    } else {
      if (this.#nodes.get(key) === node) return true;
      if (!wanted && this.#nodes.size - this.#lasting.size >= MAX_STRANGE_OWNERS) return false;
    }
    this.#nodes.set(key, node);
    this.#idle.delete(key);
    return true;
  }

  /** The owners with something in their rosters. */
  get owners(): JID[] {
    return [...this.#nodes.values()].map((node) => node.owner);
  }

  /** @internal */
  sessionBegins(): void {
    this.#sentFirst = false;
  }

  /** Nobody's presence is known any more: the session is over. @internal */
  reset(): void {
    this.#fullReported = false;
    for (const reference of this.#idle.values()) reference.deref()?.reset();
    for (const node of [...this.#nodes.values()]) {
      node.reset();
      this.#tidy(node);
    }
  }

  #tidy(node: RosterNode): void {
    const key = node.owner.toString();
    if (!node.lasting) this.#lasting.delete(node);
    if (this.#nodes.get(key) === node) {
      if (!this.#host.isComponent || !node.empty) return;
      this.#nodes.delete(key);
      this.#lasting.delete(node);
      this.#idle.set(key, new WeakRef(node));
    }
    node.uncount();
  }

  /** A presence of ours was sent. @internal */
  sent(presence: Presence, sending: Sending): void {
    const type = presence.xml.attribute('type');
    if (presence.xml.attribute('to') !== undefined || (type !== undefined && type !== 'unavailable')) return;
    this.of(presence.from ?? undefined).remember(presence);
    const written = (): void => {
      if (this.#sentFirst) return;
      this.#sentFirst = true;
      this.#host.emit('sentPresence', presence);
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
    const type = presence.xml.attribute('type') as PresenceType | undefined;
    // A type that we do not know is nothing: above all not a sign that somebody is there.
    if (type !== undefined && !Object.hasOwn(EVENTS, type)) return undefined;
    const owner = presence.to?.bare ?? this.#host.boundJid?.bare;
    const node = owner && presence.from ? this.#known(owner) : undefined;
    const { keeper } = this;
    if (node && keeper && node.keepsState && type !== 'error') {
      // Who is there does not depend on what is kept, but comes in its turn.
      const plain = type === undefined || type === 'unavailable';
      if (!plain || keeper.busy(node)) return this.#receivedLater(node, presence, type, plain);
    }
    this.#receivedNow(node, presence, type);
    return undefined;
  }

  #receivedNow(node: RosterNode | undefined, presence: Presence, type: PresenceType | undefined): void {
    const follow = node ? this.#bookkeeping(node, presence, type, this.#tellNow) : undefined;
    this.#tellPlain(presence, type);
    follow?.();
    if (node) this.#tidy(node);
  }

  async #receivedLater(
    node: RosterNode,
    presence: Presence,
    type: PresenceType | undefined,
    plain: boolean,
  ): Promise<void> {
    const told: (() => void)[] = [];
    const tell: Tell = (name, data) => told.push(() => this.#tellNow(name, data));
    try {
      const act = (): void => this.#bookkeeping(node, presence, type, tell)?.();
      await (plain || type === 'probe' ? node.look(act) : node.commit(act));
      this.#tellPlain(presence, type);
      for (const event of told) event();
    } catch (error) {
      node.report(error);
      this.#receivedNow(plain ? node : undefined, presence, type);
    }
  }

  #tellPlain(presence: Presence, type: PresenceType | undefined): void {
    this.#tellNow('presence', presence);
    this.#tellNow(type === undefined ? 'presenceAvailable' : EVENTS[type], presence);
    if (type?.startsWith('subscribe') || type?.startsWith('unsubscribe')) {
      this.#tellNow('changedSubscription', presence);
    }
  }

  #known(owner: JID): RosterNode | undefined {
    const { boundJid, isComponent } = this.#host;
    if (!isComponent) {
      if (!boundJid || !owner.equals(boundJid.bare)) return undefined;
      return this.#nodes.get(owner.toString()) ?? this.of(owner);
    }
    const existing = this.#find(owner);
    if (existing || owner.domain !== this.#host.requestedJid.domain) return existing;
    return this.#make(owner);
  }

  #bookkeeping(
    node: RosterNode,
    presence: Presence,
    type: PresenceType | undefined,
    tell: Tell,
  ): (() => void) | undefined {
    const change = (item: RosterItem) => ({ owner: node.owner, jid: item.jid, presence });
    switch (type) {
      case undefined: {
        const found = node.arrived(presence);
        if (!found || !(found.first || found.changed)) return undefined;
        return () => {
          if (found.first) tell('gotOnline', change(found.item));
          if (found.changed) tell('changedStatus', change(found.item));
        };
      }
      case 'unavailable': {
        const found = node.left(presence);
        if (!found) return undefined;
        return () => {
          if (found.changed) tell('changedStatus', change(found.item));
          if (found.last) tell('gotOffline', change(found.item));
        };
      }
      case 'error':
        return undefined;
      case 'probe':
        return () => this.#probed(node, presence);
      default:
        return () => this.#subscription(node, presence, type, tell);
    }
  }

  #probed(node: RosterNode, presence: Presence): void {
    const { from } = presence;
    if (!node.keepsState || !from) return;
    if (node.get(from)?.from) node.sendLastPresence(from);
    else node.sendSubscription(from, 'unsubscribed');
  }

  #subscription(
    node: RosterNode,
    presence: Presence,
    type: 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed',
    tell: Tell,
  ): void {
    if (!presence.from) return;
    const item = node.item(presence.from.bare);
    switch (type) {
      case 'subscribe':
        this.#asked(node, item, presence, tell);
        break;
      case 'subscribed':
        if (node.keepsState) {
          // Only the answer to a request of ours counts.
          if (!item.ask && !item.to) break;
          item.addDirection('to');
        }
        tell('rosterSubscriptionAuthorized', presence);
        break;
      case 'unsubscribe':
        if (node.keepsState) {
          item.pendingIn = false;
          item.endFrom();
        }
        tell('rosterSubscriptionRemove', presence);
        break;
      case 'unsubscribed':
        item.ask = false;
        if (node.keepsState) item.removeDirection('to');
        tell('rosterSubscriptionRemoved', presence);
        break;
    }
    node.forgetStranger(item);
  }

  #asked(node: RosterNode, item: RosterItem, presence: Presence, tell: Tell): void {
    if (node.keepsState && (item.from || item.approved)) {
      // RFC 6121 §3.1.3: who is subscribed already is told so, and nobody is asked.
      item.authorize();
      return;
    }
    const policy = node.autoAuthorize ?? this.autoAuthorize;
    item.pendingIn = true;
    node.current(item);
    if (policy === 'ask') {
      tell('rosterSubscriptionRequest', presence);
    } else if (policy && node.keepsState && !this.keeper && !this.#filled(node, true)) {
      item.pendingIn = false;
      this.#refuse(presence);
    } else if (policy) {
      item.authorize();
      if ((node.autoSubscribe ?? this.autoSubscribe) && !item.to && !item.ask) item.subscribe();
    } else {
      item.unauthorize();
    }
  }

  /** What could not be kept is not promised. */
  #refuse(presence: Presence): void {
    const text = `no more than ${this.maxOwners} addresses can be subscribed to here`;
    this.#host.send(presence.errorReply('resource-constraint', text));
    if (this.#fullReported) return;
    this.#fullReported = true;
    const error = new StanzaError('resource-constraint', { text });
    this.#host.reportError(error, 'rosters: raise maxOwners, or keep them in a store');
  }
}
