import { BaseXMPP, ConfigError, JID, Plugin, type RequestOptions, StanzaError } from '@sestina/core';
import { checkOption, isOneOf } from '@sestina/core/connection';
import { FormField, formType } from '@sestina/xep-0004';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { PushUnsupportedError } from './errors.js';
import { Disable, Enable, NS_PUSH } from './stanza.js';

/** A device at a push service. */
export interface PushTarget {
  readonly service: JID;
  /** What the push service calls the device. */
  readonly node: string;
}

/** How a push service is told of what is said while we are away. */
export interface PushInit {
  /** The address of the push service. */
  readonly service: JID | string;
  /** What the push service calls the device. */
  readonly node: string;
  /** What the server is to say with each notification, such as `{ secret: '…' }`. Kept in memory alone. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** The node that the device had at this service before, as before the program was installed anew: it is notified no more. */
  readonly replace?: string | undefined;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** The server has begun to notify a push service (XEP-0357). */
    pushEnabled: PushTarget & {
      /** Whether it was enabled in a session before, and is now again by itself. */
      readonly again: boolean;
    };
  }
}

/** Options of `PushNotifications`. */
export class PushNotificationsOptions {
  /**
   * When it is enabled again in a new session: before anything else that plugins do then, or after that.
   * @default 'sessionStart'
   */
  enableAt: 'sessionReady' | 'sessionStart' = 'sessionStart';
}

interface Wanted extends PushTarget {
  readonly options: Readonly<Record<string, string>> | undefined;
}

const PublishOptions = formType('http://jabber.org/protocol/pubsub#publish-options', {});

/** XEP-0357: Push Notifications, version 0.4.1. Has the server tell a push service of what is said while we are away. */
export class PushNotifications extends Plugin {
  static override readonly id = 'xep-0357';
  static override readonly Options = PushNotificationsOptions;
  static override readonly inject = [BaseXMPP, PushNotificationsOptions, ServiceDiscovery] as const;
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #enableAt: PushNotificationsOptions['enableAt'];
  readonly #wanted = new Map<string, Wanted>(); // bound: what the program enables
  readonly #enabled = new Map<string, PushTarget>(); // bound: as many

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { enableAt }: PushNotificationsOptions, disco: ServiceDiscovery) {
    super();
    checkOption(
      'enableAt',
      enableAt,
      isOneOf(enableAt, 'sessionReady', 'sessionStart'),
      "'sessionReady' or 'sessionStart'",
    );
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#enableAt = enableAt;
    if (enableAt === 'sessionReady') this.own(xmpp.on('sessionReady', () => this.#enableAgain(xmpp.session)));
  }

  override sessionStart(signal: AbortSignal): void {
    // The server has it bound to the session.
    if (this.#enableAt === 'sessionStart') this.#enableAgain(signal);
  }

  override sessionEnd(): void {
    this.#enabled.clear();
  }

  /** What is enabled in this session. */
  get enabled(): readonly PushTarget[] {
    return [...this.#enabled.values()];
  }

  /** Whether the server has it for our account. @throws what `ServiceDiscovery.supports()` throws. */
  supported(options: RequestOptions = {}): Promise<boolean> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#disco.supports(this.#xmpp.account, NS_PUSH, { ...options, signal }),
    );
  }

  /**
   * Has the server notify a push service, in this session and in each one after it, until `disable()` is called. Enabling the same node
   * once more takes the place of what was said before. Where the connection is lost meanwhile it is enabled in the next session.
   * @throws PushUnsupportedError; ConfigError for a node that is none; StanzaError where the server refuses; what `request()` throws.
   */
  enable({ service, node, options, replace }: PushInit, ask: RequestOptions = {}): Promise<void> {
    return this.untilRemoved(ask.signal, async (signal) => {
      if (typeof node !== 'string' || node === '')
        throw new ConfigError('a node is what the push service gave', 'node');
      const wanted: Wanted = { service: JID.from(service), node, options: options && { ...options } };
      const how = { timeout: ask.timeout, signal };
      if (!(await this.supported(how))) throw new PushUnsupportedError(this.#xmpp.account.full);
      // Before, and not after it: the device is one.
      if (replace !== undefined && replace !== node) await this.#disable(wanted.service, replace, how);
      const key = keyOf(wanted);
      const before = this.#wanted.get(key);
      this.#wanted.set(key, wanted);
      try {
        await this.#enable(wanted, false, how);
      } catch (error) {
        // What the server does not want now, or the program does not wait for any more, is not asked for again.
        if (this.#wanted.get(key) === wanted && (error instanceof StanzaError || signal.aborted))
          this.#back(key, before);
        throw error;
      }
    });
  }

  /**
   * Has the server notify a push service no more, of one node or of all; it is not enabled again either. To be called before
   * `disconnect()` where the user logs out: else the device is notified of what others say to him.
   * @throws StanzaError where the server refuses; what `request()` throws.
   */
  disable(
    { service, node }: { readonly service: JID | string; readonly node?: string },
    ask: RequestOptions = {},
  ): Promise<void> {
    return this.untilRemoved(ask.signal, (signal) =>
      this.#disable(JID.from(service), node, { timeout: ask.timeout, signal }),
    );
  }

  async #enable(wanted: Wanted, again: boolean, ask: RequestOptions): Promise<void> {
    const { service, node } = wanted;
    const { session } = this.#xmpp;
    await this.#xmpp.iqSet(this.#xmpp.account, enableOf(wanted), ask);
    // It was disabled meanwhile, or enabled otherwise, or the session is over.
    if (this.#wanted.get(keyOf(wanted)) !== wanted || session?.aborted) return;
    this.#enabled.set(keyOf(wanted), { service, node });
    this.#xmpp.emit('pushEnabled', { service, node, again });
  }

  async #disable(service: JID, node: string | undefined, ask: RequestOptions): Promise<void> {
    for (const [key, target] of this.#wanted) {
      if (!target.service.equals(service) || (node !== undefined && target.node !== node)) continue;
      this.#wanted.delete(key);
      this.#enabled.delete(key);
    }
    try {
      await this.#xmpp.iqSet(this.#xmpp.account, new Disable({ jid: service, node }), ask);
    } catch (error) {
      // It was not enabled.
      if (!(error instanceof StanzaError && error.condition === 'item-not-found')) throw error;
    }
    // Some servers take it for the end of all that this session has enabled.
    await Promise.all([...this.#enabled.keys()].map((key) => this.#keep(key, ask)));
  }

  /** Enables once more what is enabled. Who disables another node has that, whatever becomes of this one. */
  async #keep(key: string, ask: RequestOptions): Promise<void> {
    const wanted = this.#wanted.get(key);
    if (!wanted) return;
    try {
      await this.#xmpp.iqSet(this.#xmpp.account, enableOf(wanted), ask);
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      this.#enabled.delete(key);
      this.#xmpp.logger.warn(`push notifications of another node are off in this session: ${error.message}`);
    }
  }

  #back(key: string, before: Wanted | undefined): void {
    if (before) this.#wanted.set(key, before);
    else this.#wanted.delete(key);
  }

  #enableAgain(signal: AbortSignal | undefined): void {
    for (const wanted of [...this.#wanted.values()]) {
      this.untilRemoved(signal, (stop) => this.#enable(wanted, true, { signal: stop })).catch((error: unknown) => {
        if (signal?.aborted || this.lifetime.aborted) return;
        const text = error instanceof Error ? error.message : String(error);
        this.#xmpp.logger.warn(`push notifications are off in this session: ${text}`);
      });
    }
  }
}

function enableOf({ service, node, options = {} }: Wanted): Enable {
  const enable = new Enable({ jid: service, node });
  const fields = Object.entries(options);
  if (fields.length === 0) return enable;
  const form = PublishOptions.submit();
  for (const [name, value] of fields) form.fields.add(new FormField({ var: name, values: [value] }));
  enable.form = form;
  return enable;
}

function keyOf({ service, node }: PushTarget): string {
  return `${service} ${node}`;
}
