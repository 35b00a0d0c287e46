import { JID } from '../../jid/index.js';
import type { ElementView } from '../../stanza/element.js';
import type { Presence, PresenceType } from '../../stanza/presence.js';
import type { Sending } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { XMPPEvents } from '../xmpp-events.js';
import type { RosterItem } from './roster-item.js';
import { RosterNode, type StrangerQuota } from './roster-node.js';

/** What is done when somebody asks to see our presence: let them, refuse, or ask (the `rosterSubscriptionRequest` event). */
export type SubscriptionPolicy = 'ask' | boolean;

/** What a roster asks of its connection. */
export interface RosterHost {
  readonly isComponent: boolean;
  readonly boundJid: JID | undefined;
  readonly requestedJid: JID;
  presence(init?: PresenceInit): Presence;
  send(stanza: ElementView): Sending;
  sendPresence(init?: PresenceInit): Sending;
  emit<K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K], options?: { direct?: boolean }): void;
  reportError(error: unknown, where: string): void;
}

/** Policies for owners that have none of their own. */
export interface RosterPolicies {
  readonly autoAuthorize: SubscriptionPolicy;
  /** Whether a contact that we let see our presence is asked for the same. */
  readonly autoSubscribe: boolean;
}

const MAX_OWNERS = 10_000;
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

/** The rosters of a connection, by owner: a client has one, a component as many as it has addresses. */
export class Roster {
  readonly #host: RosterHost;
  readonly #nodes = new Map<string, RosterNode>();
  /** Those that somebody has asked for; the others go when nothing is in them. */
  readonly #wanted = new Set<RosterNode>();
  readonly #quota: StrangerQuota = { left: MAX_STRANGERS };
  #sentFirst = false;
  autoAuthorize: SubscriptionPolicy;
  autoSubscribe: boolean;

  constructor(host: RosterHost, policies: RosterPolicies) {
    this.#host = host;
    this.autoAuthorize = policies.autoAuthorize;
    this.autoSubscribe = policies.autoSubscribe;
  }

  /** The roster of that owner; without one, of this connection's own address. Made where there is none. */
  of(owner: JID | string = this.#host.boundJid ?? this.#host.requestedJid): RosterNode {
    const bare = JID.from(owner).bare;
    const node = this.#nodes.get(bare.toString()) ?? this.#make(bare);
    this.#wanted.add(node);
    return node;
  }

  #make(owner: JID): RosterNode {
    const node = new RosterNode(this.#host, owner, this.#quota);
    this.#nodes.set(owner.toString(), node);
    return node;
  }

  /** The owners that have a roster here. */
  get owners(): JID[] {
    return [...this.#nodes.values()].map((node) => node.owner);
  }

  /** @internal */
  sessionBegins(): void {
    this.#sentFirst = false;
  }

  /** Nobody's presence is known any more: the session is over. @internal */
  reset(): void {
    for (const node of [...this.#nodes.values()]) {
      node.reset();
      this.#tidy(node);
    }
  }

  #tidy(node: RosterNode): void {
    if (node.empty && !this.#wanted.has(node)) this.#nodes.delete(node.owner.toString());
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

  /** Takes in a presence and tells what it changes, in this order: the plain events, then what follows from it. @internal */
  received(presence: Presence): void {
    const type = presence.xml.attribute('type') as PresenceType | undefined;
    // A type that we do not know is nothing: above all not a sign that somebody is there.
    if (type !== undefined && !Object.hasOwn(EVENTS, type)) return;
    const tell = <K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K]): void =>
      this.#host.emit(name, data, { direct: true });
    const owner = presence.to?.bare ?? this.#host.boundJid?.bare;
    const node = owner && presence.from ? this.#known(owner) : undefined;
    const follow = node ? this.#bookkeeping(node, presence, type, tell) : undefined;
    tell('presence', presence);
    tell(type === undefined ? 'presenceAvailable' : EVENTS[type], presence);
    if (type?.startsWith('subscribe') || type?.startsWith('unsubscribe')) tell('changedSubscription', presence);
    follow?.();
    if (node) this.#tidy(node);
  }

  #known(owner: JID): RosterNode | undefined {
    const { boundJid, isComponent } = this.#host;
    if (!isComponent) return boundJid && owner.equals(boundJid.bare) ? this.of(owner) : undefined;
    const existing = this.#nodes.get(owner.toString());
    if (existing || owner.domain !== this.#host.requestedJid.domain) return existing;
    // Strangers can write to as many addresses as they like.
    return this.#nodes.size < MAX_OWNERS ? this.#make(owner) : new RosterNode(this.#host, owner, this.#quota);
  }

  #bookkeeping(
    node: RosterNode,
    presence: Presence,
    type: PresenceType | undefined,
    tell: <K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K]) => void,
  ): (() => void) | undefined {
    const change = (item: RosterItem) => ({ owner: node.owner, jid: item.jid, presence });
    switch (type) {
      case undefined: {
        const found = node.arrived(presence);
        if (!found) return undefined;
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
    tell: <K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K]) => void,
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

  #asked(
    node: RosterNode,
    item: RosterItem,
    presence: Presence,
    tell: <K extends keyof XMPPEvents>(name: K, data: XMPPEvents[K]) => void,
  ): void {
    if (node.keepsState && (item.from || item.approved)) {
      // RFC 6121 §3.1.3: who is subscribed already is told so, and nobody is asked.
      item.authorize();
      return;
    }
    const policy = node.autoAuthorize ?? this.autoAuthorize;
    item.pendingIn = true;
    if (policy === 'ask') {
      tell('rosterSubscriptionRequest', presence);
    } else if (policy) {
      item.authorize();
      if ((node.autoSubscribe ?? this.autoSubscribe) && !item.to && !item.ask) item.subscribe();
    } else {
      item.unauthorize();
    }
  }
}
