import { BaseXMPP, ConfigError, JID, Plugin } from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import { Form } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { EventRouter, type NodeListener } from './event-router.js';
import type { NodeEvent } from './events.js';
import { type PubSubHost, ServiceAsker } from './host.js';
import { KnownServices } from './known-services.js';
import { PubSubServiceClient } from './pubsub-service.js';
import { type PubSubRequest, requestIn } from './requests.js';
import { PubSubEventElement } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A service that we have asked something, or whose node somebody listens to, tells something of a node (XEP-0060). */
    pubsubEvent: NodeEvent;
    /** Somebody asks for a subscription to a node of ours (XEP-0060 §8.6). */
    pubsubRequest: PubSubRequest;
  }
}

/** Options of `PubSub`. */
export class PubSubOptions {
  /**
   * Entries that one call reads at most: items, nodes, subscriptions.
   * @default 10_000
   */
  maxItems = 10_000;
  /**
   * Bytes of an item at most, those that are published and those that come.
   * @default 262_144
   */
  maxPayload = 262_144;
  /**
   * Whether a message with an event and a body is also the event `message`.
   * @default false
   */
  bodies = false;
}

/** XEP-0060: Publish-Subscribe, version 1.30.0, the asking side. Publishes to nodes, reads and manages them, and tells of their events. */
export class PubSub extends Plugin {
  static override readonly id = 'xep-0060';
  static override readonly Options = PubSubOptions;
  static override readonly inject = [BaseXMPP, PubSubOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #host: PubSubHost;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { maxItems, maxPayload, bodies }: PubSubOptions, disco: ServiceDiscovery) {
    super();
    for (const [name, value] of Object.entries({ maxItems, maxPayload })) {
      if (!(typeof value === 'number' && value >= 1))
        throw new ConfigError(`${name} is a number from 1, got ${value}`, name);
    }
    booleanOption('bodies', bodies);
    this.#xmpp = xmpp;
    const router = new EventRouter(xmpp, maxPayload);
    this.#host = {
      xmpp,
      disco,
      router,
      services: new KnownServices(),
      maxItems,
      maxPayload,
      untilRemoved: (signal, work) => this.untilRemoved(signal, work),
      owned: (what) => this.own(what),
    };
    this.own(
      { dispose: () => router.close() },
      xmpp.onMessage((message, event) => router.received(message, event), { payload: PubSubEventElement }),
      xmpp.onMessage(
        (message, form) => {
          const request = requestIn(xmpp, router, message, form);
          if (request) xmpp.emit('pubsubRequest', request);
        },
        { payload: Form },
      ),
    );
    // A body beside an event is for people whose program knows no events.
    if (!bodies) this.own(xmpp.messages.classify(PubSubEventElement, () => 'signal'));
  }

  override sessionEnd(): void {
    this.#host.services.clear();
  }

  /** Events of those who may not say them, which went nowhere. */
  get strayEvents(): number {
    return this.#host.router.strays;
  }

  /**
   * A service; without an address, our own account. Nothing is asked.
   * @param options `from`: the address of a component that asks.
   * @throws ConfigError on a component without a service. JidError for what is no address.
   */
  service(jid?: JID | string, { from }: { readonly from?: JID | string | undefined } = {}): PubSubServiceClient {
    const xmpp = this.#xmpp;
    const given = jid === undefined ? undefined : JID.from(jid);
    if (!xmpp.isComponent) {
      const isOwn = given?.equals(xmpp.account);
      return new PubSubServiceClient(new ServiceAsker(this.#host, isOwn ? undefined : given, undefined));
    }
    if (!given)
      throw new ConfigError('a component has no personal eventing of its own: say which service is asked', 'jid');
    const own = from === undefined ? xmpp.requestedJid : JID.from(from);
    return new PubSubServiceClient(new ServiceAsker(this.#host, given, own));
  }

  /**
   * For other plugins: has all nodes of a name listened to, wherever they are, by who says whom to believe. The plugin that does owns it.
   */
  listen(node: string, listener: NodeListener) {
    return this.#host.router.listen(node, listener);
  }
}
