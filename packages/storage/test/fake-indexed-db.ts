import type { DatabaseLike, IndexedDbLike, RequestLike, StoreLike } from '../src/indexeddb/database.js';

type Tables = Map<string, Map<string, unknown>>;

/** IndexedDB as far as stores use it, in memory: what is put is copied, and a transaction is over when nothing of it waits. */
export class FakeIndexedDb implements IndexedDbLike {
  readonly #databases = new Map<string, Tables>();
  /** All that were opened, in order. */
  readonly opened: DatabaseLike[] = [];
  /** How often a program has closed one. */
  closed = 0;
  /** What was asked of each transaction, in order. */
  readonly transactions: { readonly stores: readonly string[]; readonly mode: string; readonly durability: unknown }[] =
    [];
  /** What opening fails with. */
  failure: Error | undefined;
  /** What ends the next transaction with that store before anything of it is done. */
  abort: { readonly store: string; readonly error: Error | null } | undefined;

  open(name: string, version: number): ReturnType<IndexedDbLike['open']> {
    if (version !== 1) throw new Error(`there is no version ${version}`);
    const request = {
      result: undefined as never,
      error: undefined,
      onsuccess: null,
      onerror: null,
      onupgradeneeded: null,
    };
    const known = this.#databases.get(name);
    const tables: Tables = known ?? new Map();
    if (!this.failure) this.#databases.set(name, tables);
    const opened: ReturnType<IndexedDbLike['open']> = { ...request, result: databaseOf(tables, this) };
    queueMicrotask(() => {
      if (this.failure) {
        Object.assign(opened, { error: this.failure });
        opened.onerror?.();
        return;
      }
      this.opened.push(opened.result);
      if (!known) opened.onupgradeneeded?.();
      opened.onsuccess?.();
    });
    return opened;
  }

  /** What stands in a store as it is, to be spoiled. */
  table(database: string, store: string): Map<string, unknown> {
    const found = this.#databases.get(database)?.get(store);
    if (!found) throw new Error(`there is no store ${store} in ${database}`);
    return found;
  }
}

function databaseOf(tables: Tables, fake: FakeIndexedDb): DatabaseLike {
  return {
    createObjectStore: (name) => tables.set(name, new Map()),
    close: () => {
      fake.closed += 1;
    },
    onclose: null,
    onversionchange: null,
    transaction: (stores, mode, options) => {
      if (mode !== 'readonly' && mode !== 'readwrite') throw new TypeError(`there is no mode "${mode}"`);
      fake.transactions.push({ stores, mode, durability: options?.durability });
      const abort = fake.abort && stores.includes(fake.abort.store) ? fake.abort : undefined;
      if (abort) fake.abort = undefined;
      let open = 0;
      const transaction: ReturnType<DatabaseLike['transaction']> = {
        error: abort?.error,
        oncomplete: null,
        onabort: null,
        objectStore: (name) => {
          const table = tables.get(name);
          if (!table || !stores.includes(name)) throw new Error(`the store ${name} is not part of it`);
          return storeOf(table, later, mode);
        },
      };
      const later = <T>(act: () => T): RequestLike<T> => {
        const request: RequestLike<T> = { result: undefined as T, error: undefined, onsuccess: null, onerror: null };
        open += 1;
        queueMicrotask(() => {
          if (abort) return;
          Object.assign(request, { result: act() });
          request.onsuccess?.();
          open -= 1;
          if (open === 0) queueMicrotask(() => open === 0 && transaction.oncomplete?.());
        });
        return request;
      };
      queueMicrotask(() => {
        if (abort) transaction.onabort?.();
        else if (open === 0) transaction.oncomplete?.();
      });
      return transaction;
    },
  };
}

function storeOf(
  table: Map<string, unknown>,
  later: <T>(act: () => T) => RequestLike<T>,
  mode: 'readonly' | 'readwrite',
): StoreLike {
  const needWrite = (): void => {
    if (mode === 'readonly') throw new Error('the transaction is for reading');
  };
  return {
    get: (key) => later(() => structuredClone(table.get(key))),
    put: (value, key) => {
      needWrite();
      const copy = structuredClone(value);
      return later(() => table.set(key, copy));
    },
    delete: (key) => {
      needWrite();
      return later(() => table.delete(key));
    },
    getAll: () => later(() => [...table.values()].map((value) => structuredClone(value))),
    getAllKeys: () => later(() => [...table.keys()]),
  };
}
