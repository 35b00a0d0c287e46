import type { ClientXMPP } from '@sestina/client';
import type { Registration } from '@sestina/core';
import { reasonOf } from '../reason.js';

/** How it stands with the connection. */
export type ConnectionState =
  | { readonly kind: 'connecting' | 'offline' | 'online' }
  | { readonly kind: 'reconnecting'; readonly at: number; readonly reason: string }
  | { readonly kind: 'ended'; readonly reason: string };

/** Follows the connection, for the line that tells of it. It comes back by itself. */
export class Connection {
  #state: ConnectionState = { kind: 'offline' };
  readonly #xmpp: ClientXMPP;
  readonly #network: Registration;
  readonly #changed: () => void;

  constructor(xmpp: ClientXMPP, network: Registration, changed: () => void) {
    this.#xmpp = xmpp;
    this.#network = network;
    this.#changed = changed;
    xmpp.on('connecting', () => this.#become({ kind: 'connecting' }));
    xmpp.on('reconnectDelay', ({ delay, reason }) =>
      this.#become({ kind: 'reconnecting', at: Date.now() + delay, reason: reasonOf(reason) }),
    );
    xmpp.on('disconnected', ({ reason, willReconnect }) => {
      if (!willReconnect) this.#become({ kind: 'ended', reason: reasonOf(reason) });
    });
    for (const event of ['sessionStart', 'sessionResumed'] as const) {
      xmpp.on(event, () => this.#become({ kind: 'online' }));
    }
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Does not wait for the next attempt to connect; makes one where there would be none. */
  retry(): void {
    if (this.#state.kind !== 'ended') this.#xmpp.networkChanged();
    else this.#xmpp.connect().catch((error: unknown) => this.#become({ kind: 'ended', reason: reasonOf(error) }));
  }

  end(): void {
    this.#network.dispose();
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#changed();
  }
}
