import { LruMap } from '@sestina/core/util';

const MAX_KNOWN = 1_000;
const MAX_STRANGERS = 100;
// What is kept of one, with its addresses, beside the characters of its key: measured.
const KEPT = 1_000;

/** What is kept for each of many: the latest, and of strangers a few, who do not compete with the others. */
export class PeerTable<V> {
  readonly #known: LruMap<string, V>;
  readonly #strangers: LruMap<string, V>;

  /** @param dropped Told of what had to make room. */
  constructor(dropped: (value: V) => void) {
    const table = (maxEntries: number): LruMap<string, V> =>
      new LruMap({
        maxEntries,
        maxBytes: 2_000 * maxEntries,
        sizeOf: (_value, key) => KEPT + 4 * key.length,
        dropped: (_key, value) => dropped(value),
      });
    this.#known = table(MAX_KNOWN);
    this.#strangers = table(MAX_STRANGERS);
  }

  get(key: string): V | undefined {
    return this.#known.get(key) ?? this.#strangers.get(key);
  }

  set(key: string, value: V, known: boolean): void {
    this.delete(key);
    (known ? this.#known : this.#strangers).set(key, value);
  }

  delete(key: string): void {
    this.#known.delete(key);
    this.#strangers.delete(key);
  }

  /** Takes out all, and gives them. */
  clear(): V[] {
    const all = [...this];
    this.#known.clear();
    this.#strangers.clear();
    return all;
  }

  *[Symbol.iterator](): IterableIterator<V> {
    for (const table of [this.#known, this.#strangers]) {
      for (const key of table.keys()) yield table.peek(key) as V;
    }
  }
}
