import { Storage } from '@sestina/core';
import { type Locks, MemoryLocks, type StorageChange } from '@sestina/core/storage';
import { StoredValueError } from '../errors.js';
import { WebLocks } from '../web-locks.js';
import { Database, STATE_STORES, type StateStore } from './database.js';

/** A `Storage` of a page, in IndexedDB: what is changed together is changed whole or not at all, and is on the disk then. */
export class IndexedDbStorage extends Storage {
  override readonly locks: Locks = WebLocks.ofPlatform() ?? new MemoryLocks();
  readonly #database: Database<StateStore>;

  /** @param name Of the database. Default `sestina`. */
  constructor(name = 'sestina') {
    super();
    this.#database = new Database(name, STATE_STORES);
  }

  /** @throws StoredValueError where something is there that this did not store; what IndexedDB says. */
  async get(key: string): Promise<string | undefined> {
    const value = await this.#database.run('values', 'readonly', (store) => store.get(key));
    if (value !== undefined && typeof value !== 'string') throw new StoredValueError(key);
    return value;
  }

  async set(key: string, value: string): Promise<void> {
    await this.batch([[key, value]]);
  }

  async delete(key: string): Promise<void> {
    await this.batch([[key, undefined]]);
  }

  async keys(prefix: string): Promise<string[]> {
    const keys = await this.#database.run('values', 'readonly', (store) => store.getAllKeys());
    return (keys ?? []).filter((key): key is string => typeof key === 'string' && key.startsWith(prefix));
  }

  override async batch(changes: readonly StorageChange[]): Promise<void> {
    await this.#database.run('values', 'readwrite', (store): undefined => {
      for (const [key, value] of changes) {
        if (value === undefined) store.delete(key);
        else store.put(value, key);
      }
    });
  }
}
