import { BaseXMPP, Plugin, type Timer } from '@sestina/core';
import type { SessionOutcome } from '@sestina/core/connection';
import type { Transport } from '@sestina/core/transport';
import { BindFeatures } from '@sestina/xep-0386/inline';
import { ClientStateOptions, checkOptions } from './options.js';
import { Active, CsiFeature, Inactive, NS_CSI } from './stanza.js';

/**
 * XEP-0352: Client State Indication, version 1.0.0. Tells the server whether somebody uses the client: while nobody does, it may keep back
 * what nobody has to see at once, such as presence. It has nothing to do with our own presence. Clients only.
 */
export class ClientState extends Plugin {
  static override readonly id = 'xep-0352';
  static override readonly Options = ClientStateOptions;
  static override readonly kinds = ['client'] as const;
  static override readonly inject = [BaseXMPP, ClientStateOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #delay: number;
  #state: 'active' | 'inactive' = 'active';
  /** What the server of this connection believes. */
  #told: 'active' | 'inactive' = 'active';
  /** It was told within the login of this connection. */
  #toldOn: Transport | undefined;
  #asked: 'active' | 'inactive' = 'active';
  #timer: Timer | undefined;

  /** @throws ConfigError for an option that cannot be. */
  constructor(xmpp: BaseXMPP, options: ClientStateOptions) {
    super();
    checkOptions(options);
    const { delay, follow } = options;
    this.#xmpp = xmpp;
    this.#delay = delay;
    this.own(
      xmpp.onBegin((outcome) => this.#begin(outcome)),
      xmpp.plugins.whenInstalled(BindFeatures, (features) =>
        features.inline({
          namespace: NS_CSI,
          request: () => {
            this.#asked = this.#state;
            return this.#state === 'inactive' ? new Inactive().xml : undefined;
          },
          response: (_bound, { link }) => {
            this.#toldOn = this.#asked === 'inactive' ? link.transport : undefined;
          },
        }),
      ),
      { dispose: () => this.#timer?.cancel() },
      // Removed while nobody uses the client: the server would keep things back for ever.
      { dispose: () => this.#be('active') },
    );
    if (!follow) return;
    const look = (): void => (follow.active ? this.active() : this.inactive());
    this.own(follow.onChange(look));
    look();
  }

  /** What the server is told, as far as it wants to know: inactive once `delay` is over. */
  get state(): 'active' | 'inactive' {
    return this.#state;
  }

  /** Somebody uses the client: the server is told before anything that is sent from now on. */
  active(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#be('active');
  }

  /** Nobody uses it: the server is told after `delay`, unless somebody does before. */
  inactive(): void {
    if (this.#state === 'inactive') return;
    this.#timer ??= this.#xmpp.clock.setTimer(
      this.#delay,
      () => {
        this.#timer = undefined;
        this.#be('inactive');
      },
      { background: true },
    );
  }

  /** Each connection begins active, also one on which a session is resumed (XEP-0352 §5.2). */
  #begin(_outcome: SessionOutcome): void {
    const { transport } = this.#xmpp;
    this.#told = this.#toldOn !== undefined && this.#toldOn === transport ? 'inactive' : 'active';
    this.#toldOn = undefined;
    this.#tell();
  }

  #be(state: 'active' | 'inactive'): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    if (this.#told === this.#state || !this.#xmpp.streamFeatures?.has(CsiFeature.tag, NS_CSI)) return;
    const element = this.#state === 'active' ? new Active() : new Inactive();
    // Without a session nothing is kept for later: the next one begins with it.
    if (this.#xmpp.sendElement(element.xml)) this.#told = this.#state;
  }
}
