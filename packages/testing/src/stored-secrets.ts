import type { Storage } from '@sestina/core';
import { Secrets } from '@sestina/core/storage';

/** `Secrets` in a `Storage`, unprotected: what a test keeps of the one when a process ends, it keeps of the other. */
export class StoredSecrets extends Secrets {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    super();
    this.#storage = storage;
  }

  get(key: string): Promise<string | undefined> {
    return this.#storage.get(keyOf(key));
  }

  set(key: string, value: string): Promise<void> {
    return this.#storage.set(keyOf(key), value);
  }

  delete(key: string): Promise<void> {
    return this.#storage.delete(keyOf(key));
  }
}

const keyOf = (key: string): string => `secret/${key}`;
