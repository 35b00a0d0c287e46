import { Storage } from '@sestina/core';
import { type Locks, MemoryLocks } from '@sestina/core/storage';
import { StoredValueError } from './errors.js';
import { decodeKey, encodeKey, folderOf } from './keys.js';
import { WebLocks } from './web-locks.js';

/** What is used of a storage of unstorage: written down here, since a program would have to take all of unstorage's types else. */
export interface UnstorageLike {
  getItem(key: string): Promise<unknown>;
  setItem(key: string, value: { readonly value: string }): Promise<void>;
  removeItem(key: string): Promise<void>;
  getKeys(base: string): Promise<string[]>;
}

/**
 * A `Storage` over one of unstorage, and so over any of its drivers: files, Redis, IndexedDB, localStorage, … What is stored is
 * as safe, and as visible to other processes, as the driver makes it. Other programs may use the same storage: what is not
 * this one's is left alone where it has another key.
 */
export class UnstorageAdapter extends Storage {
  readonly #storage: UnstorageLike;
  /** Who may write what. */
  override readonly locks: Locks;

  /**
   * @param storage What `createStorage()` or `prefixStorage()` of unstorage gave. It is yours to dispose of.
   * @param options.locks Who may write what. Default: the tabs and workers of a page's origin take turns by Web Locks; elsewhere those who
   *   share this object do. `FileLocks` is for processes that share a folder.
   */
  constructor(storage: UnstorageLike, { locks }: { readonly locks?: Locks | undefined } = {}) {
    super();
    this.#storage = storage;
    this.locks = locks ?? WebLocks.ofPlatform() ?? new MemoryLocks();
  }

  /** @throws StoredValueError where something is there that this did not store; what the driver throws. */
  async get(key: string): Promise<string | undefined> {
    const found = await this.#storage.getItem(encodeKey(key));
    if (found === null || found === undefined) return undefined;
    const { value } = found as { value?: unknown };
    if (typeof value !== 'string') throw new StoredValueError(key);
    return value;
  }

  async set(key: string, value: string): Promise<void> {
    // Texts that look like JSON come back from unstorage as what they stand for; an object comes back as it was.
    await this.#storage.setItem(encodeKey(key), { value });
  }

  async delete(key: string): Promise<void> {
    await this.#storage.removeItem(encodeKey(key));
  }

  async keys(prefix: string): Promise<string[]> {
    const found = await this.#storage.getKeys(folderOf(prefix));
    return found.flatMap((encoded) => {
      const key = decodeKey(encoded);
      return key?.startsWith(prefix) ? [key] : [];
    });
  }
}
