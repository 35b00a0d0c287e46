import type { BaseXMPP } from '@sestina/core';
import { BlobStore } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { LruMap, within } from '@sestina/core/util';
import { type Avatar, isHash, sha1 } from './avatar.js';
import { sniffImage } from './sniff-image.js';

// Milliseconds; what takes longer is asked for instead.
const PATIENCE = 5_000;

/** What images may be that are read from where they were kept: the options may be other ones since. */
export interface StoredImageRules {
  readonly maxBytes: number;
  readonly maxPixels: number;
}

/** Images of contacts and our own beyond the connection, by their hash, where it was given a place for them; each account has its own. */
export class StoredImages {
  readonly #xmpp: BaseXMPP;
  readonly #store: BlobStore | undefined;
  readonly #rules: StoredImageRules;
  /** Those that are there. */
  readonly #there = new LruMap<string, true>({ maxEntries: 2_000 });

  constructor(xmpp: BaseXMPP, rules: StoredImageRules) {
    this.#xmpp = xmpp;
    this.#store = lookUp(xmpp.scope, BlobStore);
    this.#rules = rules;
  }

  /** An image; undefined where it is not there, and where what is there is something else. @throws the signal's reason. */
  async get(id: string, signal?: AbortSignal): Promise<Avatar | undefined> {
    const store = this.#store;
    if (!store || !isHash(id)) return undefined;
    const data = await this.#tried('read', () => store.get(this.#keyOf(id)), signal);
    const { maxBytes, maxPixels } = this.#rules;
    const header = data && data.length <= maxBytes ? sniffImage(data) : undefined;
    if (!data || !header || header.width * header.height > maxPixels || (await sha1(data)) !== id) return undefined;
    this.#there.set(id, true);
    return { id, data, ...header };
  }

  /** Keeps an image. Nobody waits for it. */
  put({ id, data }: Avatar): void {
    const store = this.#store;
    if (!store || this.#there.get(id)) return;
    this.#there.set(id, true);
    void this.#tried('write', () => store.put(this.#keyOf(id), data));
  }

  /** Forgets an image. */
  delete(id: string): void {
    const store = this.#store;
    if (!store || !isHash(id)) return;
    this.#there.delete(id);
    void this.#tried('delete', () => store.delete(this.#keyOf(id)));
  }

  /** What comes of it; a store that fails, or never answers, is one that has nothing. */
  async #tried<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const { clock, logger } = this.#xmpp;
    try {
      return await within(clock, work, { what: `stored avatar (${what})`, timeout: PATIENCE, signal });
    } catch (error) {
      signal?.throwIfAborted();
      logger.warn(`the store of images failed to ${what} one`, { error });
      return undefined;
    }
  }

  #keyOf(id: string): string {
    return `xep-0084/${this.#xmpp.account.full}/${id}`;
  }
}
