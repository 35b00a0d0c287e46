import { LazyMap } from './lazy-tables.js';

/** Bounds of an `LruMap`, and what it tells. */
export interface LruMapOptions<K, V> {
  /** Entries at most. */
  readonly maxEntries: number;
  /**
   * Bytes of all entries together at most, as `sizeOf` counts them.
   * @default 1_048_576
   */
  readonly maxBytes?: number | undefined;
  /**
   * Bytes of one entry at most: a larger one is not kept.
   * @default maxBytes
   */
  readonly maxValueBytes?: number | undefined;
  /**
   * Bytes of an entry, asked once for each. The default counts the characters of keys and of
   * values that are text: where values are objects it has to be given.
   */
  readonly sizeOf?: ((value: V, key: K) => number) | undefined;
  /** Whether an entry is of somebody who is no contact: such entries make room before all others. Asked once for each. */
  readonly isStranger?: ((value: V, key: K) => boolean) | undefined;
  /** Told of each entry that had to make room. */
  readonly dropped?: ((key: K, value: V) => void) | undefined;
}

const MAX_BYTES = 1_048_576;
// What an entry takes beside its text: measured.
const ENTRY = 120;

interface Node<K, V> {
  readonly key: K;
  readonly value: V;
  readonly bytes: number;
  readonly line: Line<K, V>;
  older: Node<K, V> | undefined;
  newer: Node<K, V> | undefined;
}

/** Entries in the order of their last use. A `Map` finds its first entry by walking over all that were taken out before it. */
class Line<K, V> {
  oldest: Node<K, V> | undefined;
  #newest: Node<K, V> | undefined;

  push(node: Node<K, V>): void {
    node.older = this.#newest;
    node.newer = undefined;
    if (this.#newest) this.#newest.newer = node;
    else this.oldest = node;
    this.#newest = node;
  }

  take(node: Node<K, V>): void {
    const { older, newer } = node;
    if (older) older.newer = newer;
    else this.oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}

/** A map that forgets the least recently used entries, those of strangers first: bounded in entries and in bytes. */
export class LruMap<K, V> {
  readonly #entries = new LazyMap<K, Node<K, V>>();
  readonly #options: LruMapOptions<K, V>;
  #strangers = new Line<K, V>();
  #others = new Line<K, V>();
  #bytes = 0;
  #reserved = 0;

  constructor(options: LruMapOptions<K, V>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What the entries take, as `sizeOf` counts. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of `maxBytes` that are taken by something else, which stands beside the map and does not make room. */
  get reserved(): number {
    return this.#reserved;
  }

  set reserved(bytes: number) {
    this.#reserved = bytes;
    this.#makeRoom();
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value, which is then the most recently used one. */
  get(key: K): V | undefined {
    const node = this.#entries.get(key);
    if (!node) return undefined;
    node.line.take(node);
    node.line.push(node);
    return node.value;
  }

  /** The value, without counting as a use of it. */
  peek(key: K): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Keeps a value in place of the one before; false where there is no room for it, and nothing is kept under that key. */
  set(key: K, value: V): boolean {
    this.delete(key);
    const { maxEntries, maxBytes = MAX_BYTES, maxValueBytes = maxBytes, sizeOf = textOf, isStranger } = this.#options;
    const bytes = sizeOf(value, key);
    if (bytes > Math.min(maxBytes, maxValueBytes) || maxEntries < 1) return false;
    const line = isStranger?.(value, key) ? this.#strangers : this.#others;
    const node: Node<K, V> = { key, value, bytes, line, older: undefined, newer: undefined };
    this.#entries.set(key, node);
    line.push(node);
    this.#bytes += bytes;
    this.#makeRoom();
    return this.#entries.get(key) === node;
  }

  #makeRoom(): void {
    const { maxEntries, maxBytes = MAX_BYTES, dropped } = this.#options;
    while (this.#entries.size > maxEntries || this.#bytes + this.#reserved > maxBytes) {
      const node = this.#strangers.oldest ?? this.#others.oldest;
      if (!node) return;
      this.delete(node.key);
      dropped?.(node.key, node.value);
    }
  }

  delete(key: K): boolean {
    const node = this.#entries.get(key);
    if (!node) return false;
    node.line.take(node);
    this.#bytes -= node.bytes;
    return this.#entries.delete(key);
  }

  /** Takes out the one that would make room first. */
  shift(): V | undefined {
    const node = this.#strangers.oldest ?? this.#others.oldest;
    if (node) this.delete(node.key);
    return node?.value;
  }

  clear(): void {
    this.#entries.clear();
    this.#strangers = new Line();
    this.#others = new Line();
    this.#bytes = 0;
  }

  /** The keys as they are now, in the order in which they would make room. */
  keys(): IterableIterator<K> {
    const keys: K[] = [];
    for (const { oldest } of [this.#strangers, this.#others]) {
      for (let node = oldest; node; node = node.newer) keys.push(node.key);
    }
    return keys.values();
  }
}

function textOf(value: unknown, key: unknown): number {
  return ENTRY + lengthOf(key) + lengthOf(value);
}

const lengthOf = (text: unknown): number => (typeof text === 'string' ? 2 * text.length : 0);
