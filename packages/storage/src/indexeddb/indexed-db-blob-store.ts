import { BlobStore } from '@sestina/core/storage';
import {
  type BlobBounds,
  type BlobStoreOptions,
  blobBounds,
  isOver,
  type KeptBlob,
  madeRoom,
  Room,
  type RoomBounds,
  SAME_USE,
  untilOf,
} from '../blob-options.js';
import { Database, type RequestLike } from './database.js';

const STORES = ['data', 'about'] as const;

/** Beside the bytes, so that room is made without reading them. */
type About = Omit<KeptBlob<string>, 'place'>;

/** What a blob takes beside its bytes and its key. */
const ENTRY = 200;

/** Blobs of a page, in an IndexedDB of their own, which tabs and workers of one origin share. The browser may clear it at any time. */
export class IndexedDbBlobStore extends BlobStore {
  readonly #database: Database<(typeof STORES)[number]>;
  readonly #bounds: BlobBounds;
  readonly #room: Room;

  /** @param name Of the database. Default `sestina-blobs`. @throws ConfigError for a bound that cannot be. */
  constructor(name = 'sestina-blobs', options: BlobStoreOptions = {}) {
    super();
    this.#database = new Database(name, STORES);
    this.#bounds = blobBounds(options);
    this.#room = new Room(this.#bounds);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const { clock } = this.#bounds;
    let read: RequestLike<unknown> | undefined;
    const about = aboutIn(
      await this.#database.runAll(STORES, 'readonly', (open) => {
        read = open('data').get(key);
        return open('about').get(key);
      }),
    );
    const data = read?.result;
    if (data === undefined && !about) return undefined;
    if (!(data instanceof Uint8Array) || !about || isOver(clock, about.until)) {
      await this.delete(key);
      return undefined;
    }
    if (Math.abs(clock.now() - about.used) > SAME_USE) await this.#use(key);
    return data;
  }

  async put(key: string, data: Uint8Array, { maxAge }: { readonly maxAge?: number | undefined } = {}): Promise<void> {
    const { clock, maxBytes } = this.#bounds;
    const until = untilOf(clock, maxAge);
    const size = ENTRY + data.length + 2 * key.length;
    if (isOver(clock, until) || size > maxBytes / 4) {
      await this.delete(key);
      return;
    }
    const about: About = { size, used: clock.now(), until };
    await this.#database.runAll(STORES, 'readwrite', (open): undefined => {
      // Of a part of a buffer all of it would be kept.
      open('data').put(data.slice(), key);
      open('about').put(about, key);
    });
    if (!this.#room.take(size)) await this.#makeRoom(this.#bounds, this.#room.target);
  }

  async delete(key: string): Promise<void> {
    await this.#deleteAll([key]);
  }

  async trim(maxBytes: number): Promise<void> {
    const most = { maxBytes, maxEntries: this.#bounds.maxEntries };
    await this.#makeRoom(most, most);
  }

  /** Notes that one was used, where another tab has not made room with it meanwhile. */
  async #use(key: string): Promise<void> {
    const used = this.#bounds.clock.now();
    await this.#database.run('about', 'readwrite', (store): undefined => {
      const found = store.get(key);
      found.onsuccess = () => {
        const about = aboutIn(found.result);
        if (about) store.put({ ...about, used }, key);
      };
    });
  }

  async #makeRoom(most: RoomBounds, target: RoomBounds): Promise<void> {
    const left = madeRoom(await this.#look(), this.#bounds.clock, most, target);
    if (left.gone.length > 0) await this.#deleteAll(left.gone);
    this.#room.found(left);
  }

  async #look(): Promise<KeptBlob<string>[]> {
    let read: RequestLike<readonly unknown[]> | undefined;
    const keys = await this.#database.run('about', 'readonly', (store) => {
      read = store.getAll();
      return store.getAllKeys();
    });
    const all = read?.result ?? [];
    return (keys ?? []).flatMap((place, index) => {
      if (typeof place !== 'string') return [];
      return [{ place, ...(aboutIn(all[index]) ?? { size: 0, used: 0, until: 0 }) }];
    });
  }

  async #deleteAll(keys: readonly string[]): Promise<void> {
    await this.#database.runAll(STORES, 'readwrite', (open): undefined => {
      for (const key of keys) for (const store of STORES) open(store).delete(key);
    });
  }
}

/** What stands beside a blob; undefined for what something else has put there. */
function aboutIn(value: unknown): About | undefined {
  const { size, used, until } = Object(value);
  const isAbout = typeof size === 'number' && typeof used === 'number';
  return isAbout && (until === undefined || typeof until === 'number') ? { size, used, until } : undefined;
}
