import type { BaseXMPP } from '@sestina/core';
import { Secrets } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import type { PinStore } from '@sestina/sasl';

// Milliseconds that the store has: nobody is to wait for long until he may log in.
const PATIENCE = 5_000;

/** Keeps in the connection's `secrets`, where it has such, that the server of an account has proven its list of mechanisms (XEP-0474). */
export class KeptPins implements PinStore {
  readonly #xmpp: BaseXMPP;
  #last: Promise<unknown> = Promise.resolve();

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  async get(signal: AbortSignal): Promise<string | undefined> {
    const secrets = this.#secrets;
    // What was changed last is what is found.
    await this.#last;
    try {
      return secrets && (await this.#within(() => secrets.get(this.#key), signal));
    } catch (error) {
      signal.throwIfAborted();
      this.#warn('what the server has proven before is not known', error);
      throw error;
    }
  }

  set(mechanism: string | undefined): void {
    const secrets = this.#secrets;
    if (!secrets) return;
    const change = () => (mechanism === undefined ? secrets.delete(this.#key) : secrets.set(this.#key, mechanism));
    this.#last = this.#last.then(() =>
      this.#within(change).catch((error: unknown) => this.#warn('what the server has proven is not kept', error)),
    );
  }

  get #secrets(): Secrets | undefined {
    return lookUp(this.#xmpp.scope, Secrets);
  }

  get #key(): string {
    return `xep-0474/${this.#xmpp.requestedJid.bare}`;
  }

  #within<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return within(this.#xmpp.clock, work, { what: 'the store of pins', timeout: PATIENCE, signal });
  }

  #warn(what: string, error: unknown): void {
    this.#xmpp.logger.warn(`${what}: the store fails: ${error instanceof Error ? error.message : String(error)}`);
  }
}
