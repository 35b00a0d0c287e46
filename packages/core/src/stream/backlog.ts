import { LruMap, weightOf, XmlElement } from '@sestina/xml';

// How much may wait, and how much of that may hold on to what it was read from.
const MOST_BYTES = 4_194_304;
const FEW = 16;

/** What waits until somebody looks at it, within bounds: of what is too much the oldest is dropped. */
export class Backlog<T> {
  readonly #items: LruMap<number, T>;
  #count = 0;
  /** How many were dropped because nobody looked at them in time. */
  dropped = 0;

  /** @param limit How many there may be, beside what they may take. */
  constructor(limit: number) {
    this.#items = new LruMap({
      maxEntries: limit,
      maxBytes: MOST_BYTES,
      // There is always room for one.
      sizeOf: (item) => Math.min(sizeOf(item), MOST_BYTES),
      dropped: () => {
        this.dropped += 1;
      },
    });
  }

  get size(): number {
    return this.#items.size;
  }

  push(item: T): void {
    this.#items.set(this.#count++, this.#items.size < FEW ? item : compact(item));
  }

  /** Takes out the oldest. */
  shift(): T | undefined {
    return this.#items.shift();
  }

  clear(): void {
    this.#items.clear();
  }
}

/** Bytes of memory, estimated: of the stanza that it is, or of those that it has. */
function sizeOf(item: unknown): number {
  const parts = typeof item === 'object' && item !== null ? [item, ...Object.values(item)] : [];
  return parts.reduce((sum, part) => sum + (part?.xml instanceof XmlElement ? weightOf(part.xml) : 64), 64);
}

function compact<T>(item: T): T {
  const { compact: own } = item as { compact?: () => T };
  return typeof own === 'function' ? own.call(item) : item;
}
