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
    store: string,
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

const STORES = ['values', 'secrets', 'keys'] as const;

/** One database of a page, opened when it is first used, and again where the browser has closed it. */
export class Database {
  readonly #name: string;
  #opened: Promise<DatabaseLike> | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Does something with one store, all of it or nothing; resolves once it is on the disk. @throws what IndexedDB says. */
  async run<T>(
    store: (typeof STORES)[number],
    mode: 'readonly' | 'readwrite',
    work: (store: StoreLike) => RequestLike<T> | undefined,
  ): Promise<T | undefined> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: 'strict' });
      const request = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser gave the transaction up'));
    });
  }

  #open(): Promise<DatabaseLike> {
    if (this.#opened) return this.#opened;
    const opened = open(this.#name, () => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    this.#opened = opened;
    return opened;
  }
}

/** @param over It is of no use any more: another one has to be opened. */
function open(name: string, over: () => void): Promise<DatabaseLike> {
  return new Promise((resolve, reject) => {
    const { indexedDB } = globalThis as { indexedDB?: IndexedDbLike };
    if (!indexedDB) throw new Error('there is no IndexedDB here: it is for pages');
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
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
