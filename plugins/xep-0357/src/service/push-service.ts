import {
  BaseXMPP,
  ConfigError,
  type Iq,
  isA,
  JID,
  Plugin,
  Registration,
  StanzaError,
  viewOf,
  type XmlElement,
} from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import { RateLimiter, within } from '@sestina/core/util';
import { constantTimeEqual, utf8 } from '@sestina/sasl/server';
import { formType, single } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { NS_PUBSUB, PubSubElement } from '@sestina/xep-0060';
import { Notification, NS_PUSH } from '../stanza.js';
import { type PushSummary, summaryOf } from './summary.js';

/** What a server tells of an account. */
export interface PushNotification {
  readonly node: string;
  /** Whose it is; undefined where that is not known: the server of any account may tell of it. */
  readonly account: JID | undefined;
  readonly summary: PushSummary;
  /** `<notification/>`, read-only, with what the server says beside that. */
  readonly xml: XmlElement;
}

/**
 * Wakes up a device.
 * @throws StanzaError, which is the answer: `item-not-found` where there is no such device any more, which is taken away then. For
 *   anything else the server is to try again later.
 */
export type Deliver = (notification: PushNotification, signal: AbortSignal) => void | Promise<void>;

/** Who may notify a device. */
export interface PushNodeInit {
  /** What the device has given its server, and the server has to know. */
  readonly secret: string;
  /**
   * Whose device it is: only his server may notify it.
   * @default the server of any account that knows the secret
   */
  readonly owner?: JID | string | undefined;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A server tells of something that was said to an account while it was away (XEP-0357), and may do so. */
    pushNotification: PushNotification;
  }
}

/** Options of `PushService`. */
export class PushServiceOptions {
  /**
   * Notifications of one node within a second; what is more is refused for the moment.
   * @default 1
   */
  perSecond = 1;
  /**
   * Milliseconds that a delivery may take.
   * @default 30_000
   */
  deliverTimeout = 30_000;
}

interface Node {
  readonly secret: Uint8Array;
  readonly owner: JID | undefined;
  readonly deliver: Deliver | undefined;
}

const Given = formType(`${NS_PUBSUB}#publish-options`, { secret: single('secret') });
const MAX_COUNTED = 100_000;

/** XEP-0357: Push Notifications, version 0.4.1, the side of push services. Takes what servers tell of accounts, and wakes up devices. */
export class PushService extends Plugin {
  static override readonly id = 'xep-0357-service';
  static override readonly Options = PushServiceOptions;
  static override readonly inject = [BaseXMPP, PushServiceOptions, ServiceDiscovery] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: PushServiceOptions;
  readonly #limiter: RateLimiter;
  readonly #nodes = new Map<string, Node>(); // bound: devices that the program adds

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: PushServiceOptions, disco: ServiceDiscovery) {
    super();
    for (const name of ['perSecond', 'deliverTimeout'] as const) {
      const value = options[name];
      checkOption(name, value, typeof value === 'number' && value >= 1, 'a number from 1');
    }
    this.#xmpp = xmpp;
    this.#options = options;
    this.#limiter = new RateLimiter(xmpp.clock, {
      perKey: options.perSecond,
      window: 1_000,
      maxKeys: MAX_COUNTED,
    });
    this.own(
      disco.addIdentity({ category: 'pubsub', type: 'push' }),
      xmpp.advertise(NS_PUSH),
      xmpp.advertise(NS_PUBSUB),
      xmpp.advertise(`${NS_PUBSUB}#publish`),
      xmpp.advertise(`${NS_PUBSUB}#publish-options`),
      xmpp.onIq('set', PubSubElement, (pubsub, iq) => this.#published(pubsub, iq)),
      { dispose: () => this.#nodes.clear() },
    );
  }

  /** How many devices there are. */
  get size(): number {
    return this.#nodes.size;
  }

  /**
   * Adds a device, in place of the one that had that node before.
   * @param deliver Wakes it up.
   * @returns what takes it away again.
   * @throws ConfigError for a node or a secret that is empty; JidError for an owner that is no address; PluginError once the plugin is removed.
   */
  add(node: string, { secret, owner }: PushNodeInit, deliver?: Deliver): Registration {
    this.lifetime.throwIfAborted();
    for (const [name, value] of Object.entries({ node, secret })) {
      if (typeof value !== 'string' || value === '') throw new ConfigError(`${name} is a text that is not empty`, name);
    }
    const added: Node = {
      secret: utf8(secret),
      owner: owner === undefined ? undefined : JID.from(owner).bare,
      deliver,
    };
    this.#nodes.set(node, added);
    return new Registration(() => {
      if (this.#nodes.get(node) === added) this.#nodes.delete(node);
    });
  }

  /** Takes a device away: servers that notify it are told that it is not there. @returns whether it was there. */
  remove(node: string): boolean {
    return this.#nodes.delete(node);
  }

  async #published({ publish, publishOptions }: PubSubElement, { from }: Iq): Promise<void> {
    if (!publish) throw new StanzaError('feature-not-implemented');
    const name = publish.node ?? '';
    const node = this.#nodes.get(name);
    // Whoever is told that stops.
    if (!node) throw new StanzaError('item-not-found');
    const secret = utf8(Given.tryOf(publishOptions?.form)?.secret ?? '');
    if (!isServerOf(from, node.owner) || !constantTimeEqual(secret, node.secret)) throw new StanzaError('forbidden');
    const payload = publish.items.at(0)?.payload;
    if (!payload || !isA(Notification, payload)) throw new StanzaError('bad-request');
    if (this.#limiter.take(name) > 0) throw new StanzaError('resource-constraint', { type: 'wait' });
    const notification = viewOf(Notification, payload).compact();
    const account = node.owner ?? (from?.local === undefined ? undefined : from);
    await this.#deliver(node, { node: name, account, summary: summaryOf(notification.summary), xml: notification.xml });
  }

  async #deliver(node: Node, notification: PushNotification): Promise<void> {
    this.#xmpp.emit('pushNotification', notification);
    const { deliver } = node;
    if (!deliver) return;
    const patience = { what: 'a push notification', timeout: this.#options.deliverTimeout, signal: this.lifetime };
    try {
      await within(this.#xmpp.clock, async () => deliver(notification, this.lifetime), patience);
    } catch (error) {
      if (error instanceof StanzaError) {
        const isGone = error.condition === 'item-not-found' && this.#nodes.get(notification.node) === node;
        if (isGone) this.#nodes.delete(notification.node);
        throw error;
      }
      if (!this.lifetime.aborted) this.#xmpp.reportError(error, 'delivering a push notification');
      throw new StanzaError('internal-server-error', { type: 'wait' });
    }
  }
}

/**
 * Whether that is the server of an account, which speaks for it: a domain, or a bare address. Anybody can send from an address with a
 * resource (XEP-0357 §3.2).
 */
function isServerOf(from: JID | undefined, owner: JID | undefined): boolean {
  if (!from?.isBare) return false;
  if (!owner) return true;
  return from.local === undefined ? from.domain === owner.domain : from.equals(owner);
}
