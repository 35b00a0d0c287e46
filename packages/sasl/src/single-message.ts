import { SaslProtocolError } from './errors.js';
import type { SaslExchange } from './mechanism.js';

/** The exchange of a mechanism in which the client sends one message and the server proves nothing. */
export class SingleMessageExchange implements SaslExchange {
  #message: (() => Uint8Array) | undefined;
  #sent = false;

  constructor(message: () => Uint8Array) {
    this.#message = message;
  }

  async initial(): Promise<Uint8Array> {
    const message = this.#message;
    if (message === undefined) throw new TypeError('an exchange serves one authentication: start() another');
    this.#message = undefined;
    const bytes = message();
    this.#sent = true;
    return bytes;
  }

  async respond(_challenge: Uint8Array): Promise<Uint8Array> {
    throw new SaslProtocolError('unexpected-challenge', 'the mechanism has no challenge');
  }

  async success(_additional: Uint8Array | undefined): Promise<void> {
    if (!this.#sent) throw new SaslProtocolError('unexpected-success', 'nothing was sent yet');
  }
}
