import type { BaseXMPP, Storage } from '@sestina/core';
import { within } from '@sestina/core/util';
import type { NotificationValue } from './stanza.js';

// Milliseconds that the store has: nobody is to wait for long until his session begins.
const PATIENCE = 5_000;
const MAX_KEPT = 10_000;
const VALUES: ReadonlySet<string> = new Set<NotificationValue>(['always', 'on-mention', 'never']);

/** The settings of who has no bookmark, kept in the storage of this program. */
export class KeptSettings {
  readonly #xmpp: BaseXMPP;
  readonly #storage: Storage;
  readonly #values = new Map<string, NotificationValue>(); // bound: MAX_KEPT, and what the program sets
  #last: Promise<unknown> = Promise.resolve();

  constructor(xmpp: BaseXMPP, storage: Storage) {
    this.#xmpp = xmpp;
    this.#storage = storage;
  }

  /** By a bare address. */
  get(peer: string): NotificationValue | undefined {
    return this.#values.get(peer);
  }

  /** Writes a value to the storage; one after the other. @throws what the storage throws; TimeoutError; the signal's reason. */
  async store(peer: string, value: NotificationValue, signal: AbortSignal): Promise<void> {
    const key = this.#prefix + peer;
    const change = this.#last.then(() => this.#patiently(() => this.#storage.set(key, value), signal));
    this.#last = change.catch(() => {});
    await change;
  }

  /** It is the value from now on. */
  put(peer: string, value: NotificationValue): void {
    this.#values.set(peer, value);
  }

  /** Reads what was kept before. Never rejects. */
  async load(signal: AbortSignal): Promise<void> {
    try {
      await this.#patiently(async () => {
        const prefix = this.#prefix;
        for (const key of (await this.#storage.keys(prefix)).slice(0, MAX_KEPT)) {
          const value = await this.#storage.get(key);
          signal.throwIfAborted();
          const peer = key.slice(prefix.length);
          if (VALUES.has(value ?? '') && !this.#values.has(peer)) this.#values.set(peer, value as NotificationValue);
        }
      }, signal);
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof Error ? error.message : String(error);
      this.#xmpp.logger.warn(`the notification settings of contacts could not be read: ${text}`);
    }
  }

  get #prefix(): string {
    return `xep-0492/${this.#xmpp.account}/`;
  }

  #patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return within(this.#xmpp.clock, work, { what: 'the store of notification settings', timeout: PATIENCE, signal });
  }
}
