/** What is used of a request of IndexedDB: written down here, since these packages do without the types of pages. */
export interface RequestLike<T> {
  readonly result: T;
  readonly error: unknown;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}

/** What is used of an object store. */
export interface StoreLike {
  get(key: string): RequestLike<unknown>;
  put(value: unknown, key: string): RequestLike<unknown>;
  delete(key: string): RequestLike<unknown>;
  getAll(): RequestLike<readonly unknown[]>;
  getAllKeys(): RequestLike<readonly unknown[]>;
}

/** What is used of a transaction. */
export interface TransactionLike {
  objectStore(name: string): StoreLike;
  readonly error: unknown;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
}

/** What is used of a database. */
export interface DatabaseLike {
  createObjectStore(name: string): unknown;
  transaction(
    stores: readonly string[],
    mode: 'readonly' | 'readwrite',
    options?: { readonly durability: 'strict' },
  ): TransactionLike;
  close(): void;
  onclose: (() => void) | null;
  onversionchange: (() => void) | null;
}

/** What is used of `indexedDB`. */
export interface IndexedDbLike {
  open(name: string, version: number): RequestLike<DatabaseLike> & { onupgradeneeded: (() => void) | null };
}

/** One database of a page, opened when it is first used, and again where the browser has closed it. */
export class Database<Store extends string> {
  readonly #name: string;
  readonly #stores: readonly Store[];
  #opened: Promise<DatabaseLike> | undefined;

  /** @param stores All that are in it: those of its first version. */
  constructor(name: string, stores: readonly Store[]) {
    this.#name = name;
    this.#stores = stores;
  }

  /** Does something with one store, all of it or nothing; resolves once it is on the disk. @throws what IndexedDB says. */
  run<T>(
    store: Store,
    mode: 'readonly' | 'readwrite',
    work: (store: StoreLike) => RequestLike<T> | undefined,
  ): Promise<T | undefined> {
    return this.runAll([store], mode, (open) => work(open(store)));
  }

  /** The same with several stores. */
  async runAll<T>(
    stores: readonly Store[],
    mode: 'readonly' | 'readwrite',
    work: (open: (store: Store) => StoreLike) => RequestLike<T> | undefined,
  ): Promise<T | undefined> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(stores, mode, { durability: 'strict' });
      const request = work((store) => transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser gave the transaction up'));
    });
  }

  #open(): Promise<DatabaseLike> {
    if (this.#opened) return this.#opened;
    const opened = open(this.#name, this.#stores, () => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    this.#opened = opened;
    return opened;
  }
}

/** @param over It is of no use any more: another one has to be opened. */
function open(name: string, stores: readonly string[], over: () => void): Promise<DatabaseLike> {
  return new Promise((resolve, reject) => {
    const { indexedDB } = globalThis as { indexedDB?: IndexedDbLike };
    if (!indexedDB) throw new Error('there is no IndexedDB here: it is for pages');
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store);
    };
    request.onerror = () => {
      over();
      reject(request.error);
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = over;
      // Another version of the program wants to change it.
      database.onversionchange = () => {
        database.close();
        over();
      };
      resolve(database);
    };
  });
}

/** Where values, and secrets with the key of these, are kept. */
export const STATE_STORES = ['values', 'secrets', 'keys'] as const;
export type StateStore = (typeof STATE_STORES)[number];
