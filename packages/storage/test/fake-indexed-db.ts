import type { DatabaseLike, IndexedDbLike, RequestLike, StoreLike } from '../src/indexeddb/database.js';

type Tables = Map<string, Map<string, unknown>>;

/** IndexedDB as far as stores use it, in memory: what is put is copied, and a transaction is over when nothing of it waits. */
export class FakeIndexedDb implements IndexedDbLike {
  readonly #databases = new Map<string, Tables>();

  open(name: string): ReturnType<IndexedDbLike['open']> {
    const request = {
      result: undefined as never,
      error: undefined,
      onsuccess: null,
      onerror: null,
      onupgradeneeded: null,
    };
    const known = this.#databases.get(name);
    const tables: Tables = known ?? new Map();
    this.#databases.set(name, tables);
    const opened: ReturnType<IndexedDbLike['open']> = { ...request, result: databaseOf(tables) };
    queueMicrotask(() => {
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

function databaseOf(tables: Tables): DatabaseLike {
  return {
    createObjectStore: (name) => tables.set(name, new Map()),
    close: () => {},
    onclose: null,
    onversionchange: null,
    transaction: (stores) => {
      let open = 0;
      const transaction: ReturnType<DatabaseLike['transaction']> = {
        error: undefined,
        oncomplete: null,
        onabort: null,
        objectStore: (name) => {
          const table = tables.get(name);
          if (!table || !stores.includes(name)) throw new Error(`the store ${name} is not part of it`);
          return storeOf(table, later);
        },
      };
      const later = <T>(act: () => T): RequestLike<T> => {
        const request: RequestLike<T> = { result: undefined as T, error: undefined, onsuccess: null, onerror: null };
        open += 1;
        queueMicrotask(() => {
          Object.assign(request, { result: act() });
          request.onsuccess?.();
          open -= 1;
          if (open === 0) queueMicrotask(() => open === 0 && transaction.oncomplete?.());
        });
        return request;
      };
      queueMicrotask(() => open === 0 && transaction.oncomplete?.());
      return transaction;
    },
  };
}

function storeOf(table: Map<string, unknown>, later: <T>(act: () => T) => RequestLike<T>): StoreLike {
  return {
    get: (key) => later(() => structuredClone(table.get(key))),
    put: (value, key) => {
      const copy = structuredClone(value);
      return later(() => table.set(key, copy));
    },
    delete: (key) => later(() => table.delete(key)),
    getAll: () => later(() => [...table.values()].map((value) => structuredClone(value))),
    getAllKeys: () => later(() => [...table.keys()]),
  };
}
