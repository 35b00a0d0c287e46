import { type BaseXMPP, type Emitter, type JID, type Message, Registration } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { eventsIn } from './event-reading.js';
import type { NodeEvent } from './events.js';
import type { PubSubEventElement } from './stanza.js';

/** Who listens to nodes of that name wherever they are. */
export interface NodeListener {
  /** Whether that one may say something of its node of that name. */
  believes(event: NodeEvent, from: JID | undefined, to: JID | undefined): boolean;
  /** Called at once, in the turn of the stanza. */
  heard(event: NodeEvent, from: JID | undefined, to: JID | undefined): void;
}

/** The events of one node, for all who listen to it. */
interface Channel {
  readonly emitter: Emitter<{ event: NodeEvent }>;
  users: number;
}

const MAX_SERVICES = 1_000;

/** Brings events to those who listen to their node, where they come from who may say them. */
export class EventRouter {
  readonly #xmpp: BaseXMPP;
  readonly #maxPayload: number;
  /** By our address, service and node. */
  readonly #channels = new Map<string, Channel>(); // bound: nodes that somebody listens to
  readonly #everywhere = new Map<string, Set<NodeListener>>(); // bound: nodes that plugins listen to
  /** By our address and service: those that were asked something. */
  readonly #known = new LruMap<string, true>({ maxEntries: MAX_SERVICES });
  /** Events of others, which went nowhere. */
  strays = 0;

  constructor(xmpp: BaseXMPP, maxPayload: number) {
    this.#xmpp = xmpp;
    this.#maxPayload = maxPayload;
  }

  /** We have asked that service: what it tells by itself may be an answer. */
  know(service: JID | undefined, own: JID | undefined): void {
    this.#known.set(this.#keyOf(service, own), true);
  }

  /** Whether a message is the word of our account, or of a service that was asked. */
  knows({ from, to }: Message): boolean {
    return this.#known.has(this.#sourceOf(from, to));
  }

  /** The events of a node, until the registration is disposed of. */
  open(service: JID | undefined, own: JID | undefined, node: string): { channel: Channel; release: Registration } {
    const key = this.#channelOf(this.#keyOf(service, own), node);
    let channel = this.#channels.get(key);
    if (!channel) {
      channel = { emitter: this.#xmpp.createEvents(`node ${node}`), users: 0 };
      this.#channels.set(key, channel);
    }
    channel.users += 1;
    const opened = channel;
    const release = new Registration(() => {
      opened.users -= 1;
      if (opened.users > 0) return;
      if (this.#channels.get(key) === opened) this.#channels.delete(key);
      opened.emitter.dispose();
    });
    return { channel, release };
  }

  /** Has all nodes of that name listened to, by who says whom to believe. */
  listen(node: string, listener: NodeListener): Registration {
    const listeners = this.#everywhere.get(node) ?? new Set();
    this.#everywhere.set(node, listeners.add(listener));
    return new Registration(() => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#everywhere.get(node) === listeners) this.#everywhere.delete(node);
    });
  }

  received(message: Message, element: PubSubEventElement): void {
    const { from, to } = message;
    const source = this.#sourceOf(from, to);
    const isKnown = this.#known.has(source);
    const events = eventsIn(message, element, from ?? this.#xmpp.account, this.#maxPayload);
    if (!events) {
      this.strays += 1;
      return;
    }
    for (const event of events) {
      const channel = this.#channels.get(this.#channelOf(source, event.node));
      channel?.emitter.emit('event', event);
      let heard = channel !== undefined || isKnown;
      for (const listener of [...(this.#everywhere.get(event.node) ?? [])]) {
        if (!listener.believes(event, from, to)) continue;
        heard = true;
        listener.heard(event, from, to);
      }
      if (!heard) this.strays += 1;
      else if (channel || isKnown) this.#xmpp.emit('pubsubEvent', event);
    }
  }

  close(): void {
    for (const { emitter } of this.#channels.values()) emitter.dispose();
    this.#channels.clear();
    this.#everywhere.clear();
  }

  /** Who speaks, to which address of ours. */
  #sourceOf(from: JID | undefined, to: JID | undefined): string {
    const isAccount = !this.#xmpp.isComponent && this.#xmpp.vouches(from, to) === 'account';
    return this.#keyOf(isAccount ? undefined : from, to);
  }

  #keyOf(service: JID | undefined, own: JID | undefined): string {
    const address = this.#xmpp.isComponent ? (own ?? this.#xmpp.requestedJid).bare.full : '';
    return `${address}\n${service?.full ?? ''}`;
  }

  #channelOf(source: string, node: string): string {
    return `${source}\n${node}`;
  }
}
