/** Bounds of an `LruMap`, and what it tells. */
export interface LruMapOptions<K, V> {
  /** Entries at most. */
  readonly maxEntries: number;
  /**
   * Bytes of all values together at most, as `sizeOf` counts them.
   * @default Infinity
   */
  readonly maxBytes?: number | undefined;
  /**
   * Bytes of one value at most: a larger one is not kept.
   * @default maxBytes
   */
  readonly maxValueBytes?: number | undefined;
  /** Has to be given with a bound in bytes. It has to say the same each time of a value that is kept. */
  readonly sizeOf?: ((value: V, key: K) => number) | undefined;
  /** Told of each entry that had to make room. */
  readonly dropped?: ((key: K, value: V) => void) | undefined;
}

/** A map that forgets the least recently used entries, bounded in entries and in bytes. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly bytes: number }>();
  readonly #options: LruMapOptions<K, V>;
  #bytes = 0;

  constructor(options: LruMapOptions<K, V>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What the values take, as `sizeOf` counts. */
  get bytes(): number {
    return this.#bytes;
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value, which is then the most recently used one. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** The value, without counting as a use of it. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Keeps a value in place of the one before; false where it is too large, and nothing is kept under that key. */
  set(key: K, value: V): boolean {
    this.delete(key);
    const {
      maxEntries,
      maxBytes = Number.POSITIVE_INFINITY,
      maxValueBytes = maxBytes,
      sizeOf,
      dropped,
    } = this.#options;
    const bytes = sizeOf?.(value, key) ?? 0;
    if (bytes > Math.min(maxBytes, maxValueBytes) || maxEntries < 1) return false;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) break;
      this.delete(oldest);
      dropped?.(oldest, entry.value);
    }
    return true;
  }

  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    this.#bytes -= entry.bytes;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** The least recently used one first. */
  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }
}
