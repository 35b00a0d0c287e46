import { type Locks, MemoryLocks } from './locks.js';

/** A key and what is to be kept under it; undefined forgets it. */
export type StorageChange = readonly [key: string, value: string | undefined];

/** A key-value store that may outlive the process. A class, so that it is its own injection token. */
export abstract class Storage {
  static readonly name: string = 'Storage';
  /** The value kept under `key`, or undefined. */
  abstract get(key: string): Promise<string | undefined>;
  /** Keeps `value` under `key`; resolves once it is kept as safely as the store can. */
  abstract set(key: string, value: string): Promise<void>;
  /** Forgets `key`; no error where there is none. */
  abstract delete(key: string): Promise<void>;
  /** Every key that starts with `prefix`, in no particular order. */
  abstract keys(prefix: string): Promise<string[]>;

  /** Who may write what: among those who share this object, unless the store knows more. */
  readonly locks: Locks = new MemoryLocks();

  /** Makes these changes, one after another in their order; a store that can makes all of them or none. */
  async batch(changes: readonly StorageChange[]): Promise<void> {
    for (const [key, value] of changes) await (value === undefined ? this.delete(key) : this.set(key, value));
  }
}

/** The default: kept as long as the connection object. */
export class MemoryStorage extends Storage {
  readonly #entries = new Map<string, string>(); // bound: what plugins and the program keep

  async get(key: string): Promise<string | undefined> {
    return this.#entries.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    this.#entries.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async keys(prefix: string): Promise<string[]> {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }
}
