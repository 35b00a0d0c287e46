import type { BaseXMPP } from '@sestina/core';
import { BlobStore } from '@sestina/core/storage';
import { lookUp } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import { hashOfCid, hexOf } from '@sestina/xep-0300';
import { type FoundBits, LONGEST } from './bits-cache.js';

// Milliseconds; what takes longer is asked for instead.
const PATIENCE = 5_000;
const END = 0x0a;

/** What was asked for and proved, beyond the connection, where it was given a place for it; each account has its own. */
export class StoredBits {
  readonly #xmpp: BaseXMPP;
  readonly #store: BlobStore | undefined;

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
    this.#store = lookUp(xmpp.scope, BlobStore);
  }

  /** The bytes that are there, with the type that was told with them; whoever takes them checks them. @throws the signal's reason. */
  async get(cid: string, signal: AbortSignal): Promise<FoundBits | undefined> {
    const [store, key] = [this.#store, this.#keyOf(cid)];
    if (!store || key === undefined) return undefined;
    const kept = await this.#tried('read', () => store.get(key), signal);
    const end = kept?.indexOf(END) ?? -1;
    if (!kept || end < 0) return undefined;
    return { type: new TextDecoder().decode(kept.subarray(0, end)), data: kept.slice(end + 1) };
  }

  /** Keeps bytes for so many seconds. Nobody waits for it. */
  put(cid: string, { data, type }: FoundBits, maxAge = LONGEST): void {
    const [store, key] = [this.#store, this.#keyOf(cid)];
    if (!store || key === undefined || maxAge === 0) return;
    const told = new TextEncoder().encode(`${type}\n`);
    const kept = new Uint8Array(told.length + data.length);
    kept.set(told);
    kept.set(data, told.length);
    void this.#tried('write', () => store.put(key, kept, { maxAge: Math.min(maxAge, LONGEST) * 1_000 }));
  }

  /** What comes of it; a store that fails, or never answers, is one that has nothing. */
  async #tried<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const { clock, logger } = this.#xmpp;
    try {
      return await within(clock, work, { what: `stored bits (${what})`, timeout: PATIENCE, signal });
    } catch (error) {
      signal?.throwIfAborted();
      logger.warn(`the store of bits failed to ${what} some`, { error });
      return undefined;
    }
  }

  #keyOf(cid: string): string | undefined {
    const hash = hashOfCid(cid);
    return hash && `xep-0231/${this.#xmpp.account.full}/${hash.algo}/${hexOf(hash)}`;
  }
}
