import { BlobStore } from '@sestina/core/storage';
import { LruMap } from '@sestina/core/util';
import { type BlobBounds, type BlobStoreOptions, blobBounds, isOver, untilOf } from './blob-options.js';

interface Kept {
  readonly data: Uint8Array;
  readonly until: number | undefined;
}

/** Blobs in memory: for connections that share what one of them has fetched. */
export class MemoryBlobStore extends BlobStore {
  readonly #bounds: BlobBounds;
  readonly #kept: LruMap<string, Kept>;

  /** @throws ConfigError for a bound that cannot be. */
  constructor(options: BlobStoreOptions = {}) {
    super();
    const { maxBytes: wanted = 33_554_432, maxEntries: most = 2_000, clock } = options;
    this.#bounds = blobBounds({ maxBytes: wanted, maxEntries: most, clock });
    const { maxBytes, maxEntries } = this.#bounds;
    const sizeOf = ({ data }: Kept, key: string): number => 200 + data.length + 2 * key.length;
    this.#kept = new LruMap({ maxEntries, maxBytes, maxValueBytes: Math.ceil(maxBytes / 4), sizeOf });
  }

  /** Bytes that are kept, with what it takes to keep them. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    if (!isOver(this.#bounds.clock, kept.until)) return kept.data.slice();
    this.#kept.delete(key);
    return undefined;
  }

  async put(key: string, data: Uint8Array, { maxAge }: { readonly maxAge?: number | undefined } = {}): Promise<void> {
    const until = untilOf(this.#bounds.clock, maxAge);
    if (isOver(this.#bounds.clock, until) || !this.#kept.set(key, { data: data.slice(), until }))
      this.#kept.delete(key);
  }

  async delete(key: string): Promise<void> {
    this.#kept.delete(key);
  }

  async trim(maxBytes: number): Promise<void> {
    const { clock } = this.#bounds;
    for (const key of [...this.#kept.keys()]) if (isOver(clock, this.#kept.peek(key)?.until)) this.#kept.delete(key);
    while (this.#kept.size > 0 && !(this.#kept.bytes <= maxBytes)) this.#kept.shift();
  }
}
