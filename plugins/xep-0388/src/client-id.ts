import { type BaseXMPP, type Registration, Storage } from '@sestina/core';
import { Secrets, StateLockedError } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';

// Connections of one account that share a store: further ones have an id as long as they live.
const PLACES = 16;
// Milliseconds that the store has: nobody is to wait for long until he may log in.
const PATIENCE = 5_000;

/**
 * Which client this is, for the server: the same after a restart, and another one for each process or tab that is there at the same
 * time, since the server ends the session of whoever was there before with the same id.
 */
export class ClientId {
  readonly #xmpp: BaseXMPP;
  #id: string | undefined;
  #lock: Registration | undefined;
  #disposed = false;

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  /** It, found at the first call. @throws the signal's reason. */
  async take(signal: AbortSignal): Promise<string> {
    if (this.#id !== undefined) return this.#id;
    const secrets = lookUp(this.#xmpp.scope, Secrets);
    if (secrets) {
      try {
        this.#id ??= await within(this.#xmpp.clock, () => this.#find(secrets, signal), {
          what: 'the store of the client id',
          timeout: PATIENCE,
          signal,
        });
      } catch (error) {
        signal.throwIfAborted();
        const text = error instanceof Error ? error.message : String(error);
        this.#xmpp.logger.warn(`the server will take this client for another one after a restart: ${text}`);
      }
    }
    this.#id ??= this.#make();
    return this.#id;
  }

  /** Gives its place to others. */
  dispose(): void {
    this.#disposed = true;
    this.#lock?.dispose();
    this.#lock = undefined;
  }

  async #find(secrets: Secrets, signal: AbortSignal): Promise<string | undefined> {
    const { locks } = lookUp(this.#xmpp.scope, Storage) as Storage;
    for (let place = 0; place < PLACES; place++) {
      const key = `xep-0388/${this.#xmpp.account}/${place}`;
      try {
        this.#lock ??= await locks.acquire(key, { signal });
      } catch (error) {
        if (error instanceof StateLockedError) continue;
        throw error;
      }
      if (this.#disposed) this.dispose();
      const kept = await secrets.get(key);
      if (kept !== undefined && UUID.test(kept)) return kept;
      const id = this.#make();
      await secrets.set(key, id);
      return id;
    }
    return undefined;
  }

  /** A UUID of version 4 (RFC 9562 §5.4). */
  #make(): string {
    const bytes = Array.from(this.#xmpp.random.bytes(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
}

/** What the attribute `id` may be (XEP-0388 §2.3). */
export const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;
