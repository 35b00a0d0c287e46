import type { BaseXMPP } from '@sestina/core';
import { Secrets } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';

/** A token, and what it is for. */
export interface Token {
  readonly token: string;
  /** The mechanism that it was asked for: it is worth nothing with another one. */
  readonly mechanism: string;
  /** The client that it was given to. */
  readonly clientId: string;
  /** Milliseconds since 1970, by the server's clock; undefined where it did not say. */
  readonly expires: number | undefined;
}

// Milliseconds that the store has: nobody is to wait for long until he may log in.
const PATIENCE = 5_000;
// A server that sends what nobody would have to keep.
const LONGEST = 4_096;

/** The token of an account and client: in memory, and where secrets are kept, if there is such a place. */
export class KeptTokens {
  readonly #xmpp: BaseXMPP;
  readonly #secrets: Secrets | undefined;
  /** Undefined: nothing was looked for yet. */
  #token: Token | undefined;
  #loadedFor: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
    this.#secrets = lookUp(xmpp.scope, Secrets);
  }

  /** What there is now. */
  get token(): Token | undefined {
    return this.#token;
  }

  /** That of this client. @throws the signal's reason. */
  async of(clientId: string, signal: AbortSignal): Promise<Token | undefined> {
    const secrets = this.#secrets;
    if (secrets && this.#loadedFor !== clientId) {
      this.#loadedFor = clientId;
      try {
        const text = await this.#within(() => secrets.get(this.#keyOf(clientId)), signal);
        this.#token = readToken(text, clientId);
      } catch (error) {
        signal.throwIfAborted();
        this.#warn('a token is not found', error);
      }
    }
    return this.#token?.clientId === clientId ? this.#token : undefined;
  }

  /** Keeps this one in place of the last; one that nobody could have made sensibly is not taken. */
  set(token: Token): boolean {
    if (token.token === '' || token.token.length > LONGEST) return false;
    this.#token = token;
    this.#loadedFor = token.clientId;
    const { clientId: _clientId, ...kept } = token;
    this.#write((secrets) => secrets.set(this.#keyOf(token.clientId), JSON.stringify(kept)));
    return true;
  }

  /** Forgets it. */
  delete(clientId: string): void {
    this.#token = undefined;
    this.#loadedFor = clientId;
    this.#write((secrets) => secrets.delete(this.#keyOf(clientId)));
  }

  /** Resolves once what was changed is kept, or could not be. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #keyOf(clientId: string): string {
    return `xep-0484/${this.#xmpp.account}/${clientId}`;
  }

  /** One change after the other: the last one is what stays. */
  #write(change: (secrets: Secrets) => Promise<void>): void {
    const secrets = this.#secrets;
    if (!secrets) return;
    this.#last = this.#last.then(() =>
      this.#within(() => change(secrets)).catch((error: unknown) => this.#warn('a token is not kept', error)),
    );
  }

  #within<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return within(this.#xmpp.clock, work, { what: 'the store of the token', timeout: PATIENCE, signal });
  }

  #warn(what: string, error: unknown): void {
    this.#xmpp.logger.warn(`${what}: the store fails: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What was kept, where that is a token. */
function readToken(text: string | undefined, clientId: string): Token | undefined {
  if (text === undefined) return undefined;
  try {
    const { token, mechanism, expires } = JSON.parse(text) as Record<string, unknown>;
    if (typeof token !== 'string' || typeof mechanism !== 'string') return undefined;
    return { token, mechanism, clientId, expires: typeof expires === 'number' ? expires : undefined };
  } catch {
    return undefined;
  }
}
