import {
  BaseXMPP,
  type ElementView,
  type Message,
  Plugin,
  PluginError,
  type RequestOptions,
  XmlElement,
} from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import type { Unwrapped } from '@sestina/core/handlers';
import type { Transport } from '@sestina/core/transport';
import { BindFeatures } from '@sestina/xep-0386/inline';
import { copied } from './copied.js';
import { CarbonReceived, CarbonSent, DisableCarbons, EnableCarbons, NS_CARBONS } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Copies of messages come from now on, or no more (XEP-0280); or the server did not enable them, and `error` says why. */
    carbonsChanged: { readonly enabled: boolean; readonly error: Error | undefined };
  }
}

/** Options of `MessageCarbons`. */
export class MessageCarbonsOptions {
  /**
   * Whether each new session asks for copies, before the initial presence.
   * @default true
   */
  auto = true;
}

const NS_HINTS = 'urn:xmpp:hints';

/**
 * XEP-0280: Message Carbons, version 1.0.1. Has the server send a copy of each message that another resource of the account sends or is
 * sent. Copies are heard as messages of the source `carbon`.
 */
export class MessageCarbons extends Plugin {
  static override readonly id = 'xep-0280';
  static override readonly Options = MessageCarbonsOptions;
  static override readonly inject = [BaseXMPP, MessageCarbonsOptions] as const;
  // A component gets all that is for it anyway, and has no account to be copied from.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  #wanted: boolean;
  #enabled = false;
  #warned = false;
  #askedInline = false;
  /** On this connection they were enabled within the login. */
  #enabledOn: Transport | undefined;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { auto }: MessageCarbonsOptions) {
    super();
    booleanOption('auto', auto);
    this.#xmpp = xmpp;
    this.#wanted = auto;
    const unwrap = (outer: Message, carbon: CarbonReceived | CarbonSent): Unwrapped | 'drop' => {
      const inner = copied(xmpp, outer, carbon);
      if (inner === 'drop') this.#warn();
      return inner;
    };
    this.own(
      xmpp.plugins.whenInstalled(BindFeatures, (features) =>
        features.inline({
          namespace: NS_CARBONS,
          request: () => {
            this.#enabledOn = undefined;
            this.#askedInline = this.#wanted;
            return this.#wanted ? new EnableCarbons().xml : undefined;
          },
          // There is no answer: it cannot fail (XEP-0386 §3.2.1).
          response: (_bound, { link }) => {
            this.#enabledOn = this.#askedInline ? link.transport : undefined;
          },
        }),
      ),
      xmpp.messages.unwrap(CarbonReceived, unwrap),
      xmpp.messages.unwrap(CarbonSent, unwrap),
      xmpp.messages.decorate((copy) => {
        if (copy.noCarbons && copy.to?.isFull && !copy.xml.child('no-copy', NS_HINTS)) {
          copy.xml.append(new XmlElement('no-copy', NS_HINTS));
        }
      }),
    );
  }

  /** Whether the server sends copies in this session. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /**
   * Asks for copies, in this session and those that follow. Asking again is harmless (XEP-0280 §10.1), and helps where a server has
   * lost it.
   * @throws StanzaError: `forbidden` where the server's policy does not allow it, `service-unavailable` or `feature-not-implemented`
   *   where it cannot. What `request()` of the connection throws.
   */
  enable(options: RequestOptions = {}): Promise<void> {
    this.#wanted = true;
    return this.#ask(new EnableCarbons(), true, options);
  }

  /**
   * Asks for no more copies, in this session and those that follow.
   * @throws as `enable()`.
   */
  disable(options: RequestOptions = {}): Promise<void> {
    this.#wanted = false;
    return this.#ask(new DisableCarbons(), false, options);
  }

  // No question before it: the answer would come after the initial presence, and copies would be missing from between the two.
  override async sessionStart(signal: AbortSignal): Promise<void> {
    const inline = this.#enabledOn !== undefined && this.#enabledOn === this.#xmpp.transport;
    this.#enabledOn = undefined;
    if (inline) this.#changed(true);
    if (inline || !this.#wanted) return;
    try {
      await this.#ask(new EnableCarbons(), true, { signal });
    } catch (error) {
      signal.throwIfAborted();
      // Nothing else of the session depends on it.
      this.#changed(false, error as Error);
    }
  }

  override sessionEnd(reason: Error): void {
    if (!this.#enabled) return;
    this.#changed(false);
    // Removed during the session: the server would go on.
    if (reason instanceof PluginError) this.#xmpp.iqSet(undefined, new DisableCarbons()).catch(() => {});
  }

  async #ask(payload: ElementView, enabled: boolean, options: RequestOptions): Promise<void> {
    await this.untilRemoved(options.signal, (signal) => this.#xmpp.iqSet(undefined, payload, { ...options, signal }));
    if (this.#enabled !== enabled) this.#changed(enabled);
  }

  #changed(enabled: boolean, error?: Error): void {
    this.#enabled = enabled;
    this.#xmpp.emit('carbonsChanged', { enabled, error });
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    this.#xmpp.logger.warn(
      'a forged or broken copy of a message (XEP-0280) was dropped; further ones are not reported',
    );
  }
}
