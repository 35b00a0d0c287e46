/**
 * A map that makes its table with its first entry, and gives it up with `clear()`: of the many that a connection has most stay empty,
 * and an empty `Map` takes 200 bytes.
 */
export class LazyMap<K, V> {
  #table: Map<K, V> | undefined;

  get size(): number {
    return this.#table === undefined ? 0 : this.#table.size;
  }

  has(key: K): boolean {
    return this.#table?.has(key) === true;
  }

  get(key: K): V | undefined {
    return this.#table?.get(key);
  }

  set(key: K, value: V): this {
    this.#table ??= new Map();
    this.#table.set(key, value);
    return this;
  }

  delete(key: K): boolean {
    return this.#table?.delete(key) === true;
  }

  clear(): void {
    this.#table?.clear();
    this.#table = undefined;
  }

  keys(): IterableIterator<K> {
    return this.#table?.keys() ?? [].values();
  }

  values(): IterableIterator<V> {
    return this.#table?.values() ?? [].values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#table?.entries() ?? [].values();
  }
}

/** A set that does the same. */
export class LazySet<T> {
  #table: Set<T> | undefined;

  get size(): number {
    return this.#table === undefined ? 0 : this.#table.size;
  }

  has(value: T): boolean {
    return this.#table?.has(value) === true;
  }

  add(value: T): this {
    this.#table ??= new Set();
    this.#table.add(value);
    return this;
  }

  delete(value: T): boolean {
    return this.#table?.delete(value) === true;
  }

  clear(): void {
    this.#table?.clear();
    this.#table = undefined;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#table?.values() ?? [].values();
  }
}
