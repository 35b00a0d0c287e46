import { type BaseXMPP, type ElementView, type Iq, type JID, type RequestOptions, StanzaError } from '@sestina/core';
import type { ServiceDiscovery } from '@sestina/xep-0030';
import { type About, refusal } from './errors.js';
import type { EventRouter } from './event-router.js';
import type { KnownServices } from './known-services.js';
import { NS_PUBSUB } from './namespace.js';

/** What nodes take from their plugin. */
export interface PubSubHost {
  readonly xmpp: BaseXMPP;
  readonly disco: ServiceDiscovery;
  readonly router: EventRouter;
  readonly services: KnownServices;
  readonly maxItems: number;
  readonly maxPayload: number;
  /** Does work until the plugin is removed, or the signal aborts. */
  untilRemoved<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Has something undone with the plugin. */
  owned<T extends { dispose(): void }>(what: T): T;
}

/** A service, as one address of ours asks it. */
export class ServiceAsker {
  readonly host: PubSubHost;
  /** Undefined for our own account. */
  readonly service: JID | undefined;
  /** The address of a component that asks. */
  readonly from: JID | undefined;

  constructor(host: PubSubHost, service: JID | undefined, from: JID | undefined) {
    this.host = host;
    this.service = service;
    this.from = from;
  }

  about(node?: string, id?: string): About {
    return { service: this.service?.full, node, id };
  }

  /** @throws PubSubError where the service refuses; what `request()` of the connection throws. */
  ask(
    type: 'get' | 'set',
    payload: ElementView,
    options: RequestOptions,
    about: About = this.about(),
    asked: 'item' | 'node' = 'node',
  ): Promise<Iq> {
    const { xmpp, router } = this.host;
    return this.host.untilRemoved(options.signal, async (signal) => {
      router.know(this.service, this.from);
      try {
        return await xmpp.request(xmpp.iq({ type, to: this.service, from: this.from }, payload), {
          ...options,
          signal,
        });
      } catch (error) {
        throw error instanceof StanzaError ? refusal(error, about, asked) : error;
      }
    });
  }

  /** Whether the service announces one of the features of XEP-0060, as `publish-options`. */
  supports(feature: string, options: RequestOptions): Promise<boolean> {
    const { xmpp, disco } = this.host;
    const whole = `${NS_PUBSUB}#${feature}`;
    return this.host.untilRemoved(options.signal, (signal) =>
      disco.supports(this.service ?? xmpp.account, whole, { ...options, signal, from: this.from }),
    );
  }
}
