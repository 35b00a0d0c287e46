import { Secrets } from '@sestina/core/storage';
import { StoredValueError } from '../errors.js';
import { Database, STATE_STORES, type StateStore } from './database.js';

const KEY = 'key';
const AES = 'AES-GCM';

type CryptoKeyLike = Parameters<typeof crypto.subtle.encrypt>[1];

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

/**
 * Secrets of a page, in IndexedDB, encrypted with a key that the browser keeps and gives to nobody: what is read from the disk, or
 * exported, is of no use. Scripts of the same origin can use them as this one does.
 */
export class IndexedDbSecrets extends Secrets {
  readonly #database: Database<StateStore>;
  #key: Promise<CryptoKeyLike> | undefined;

  /** @param name Of the database. Default `sestina`. */
  constructor(name = 'sestina') {
    super();
    this.#database = new Database(name, STATE_STORES);
  }

  /** @throws StoredValueError where what is there cannot be decrypted; what IndexedDB says. */
  async get(key: string): Promise<string | undefined> {
    const sealed = (await this.#database.run('secrets', 'readonly', (store) => store.get(key))) as Sealed | undefined;
    if (sealed === undefined) return undefined;
    const theKey = await this.#theKey();
    try {
      const { iv, data } = sealed;
      const plain = await crypto.subtle.decrypt({ name: AES, iv }, theKey, new Uint8Array(data));
      return new TextDecoder().decode(plain);
    } catch {
      throw new StoredValueError(key);
    }
  }

  async set(key: string, value: string): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: AES, iv }, await this.#theKey(), new TextEncoder().encode(value));
    await this.#database.run('secrets', 'readwrite', (store): undefined => void store.put({ iv, data }, key));
  }

  async delete(key: string): Promise<void> {
    await this.#database.run('secrets', 'readwrite', (store): undefined => void store.delete(key));
  }

  #theKey(): Promise<CryptoKeyLike> {
    if (this.#key) return this.#key;
    const key = this.#findKey();
    this.#key = key;
    // The next one asks anew.
    key.catch(() => {
      this.#key = undefined;
    });
    return key;
  }

  async #findKey(): Promise<CryptoKeyLike> {
    const fresh = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ['encrypt', 'decrypt']);
    // Another tab may have made one: the first stays.
    await this.#database.run('keys', 'readwrite', (store): undefined => {
      const found = store.get(KEY);
      found.onsuccess = () => {
        if (found.result === undefined) store.put(fresh, KEY);
      };
    });
    return (await this.#database.run('keys', 'readonly', (store) => store.get(KEY))) as CryptoKeyLike;
  }
}
