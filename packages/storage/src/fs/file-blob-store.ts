// For Node.js alone.
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
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
import { type BlobHeader, HEADER_BYTES, headerOf, readBlob, writtenBlob } from './blob-file.js';
import { replaceFile } from './replace-file.js';

const BLOB = /^[\da-f]{62}\.blob$/;
const LEFT_BEHIND = /^\.sestina-[\da-f-]{36}\.tmp$/;
/** Milliseconds after which nobody writes to such a file any more. */
const STALE = 600_000;
/** Files that are looked at at once. */
const AT_ONCE = 16;

/**
 * Blobs in files of a folder, which several processes may share. A file is named by the hash of its key, so that no key leads out of the
 * folder; one that is not whole counts as not there.
 */
export class FileBlobStore extends BlobStore {
  readonly #folder: string;
  readonly #bounds: BlobBounds;
  readonly #room: Room;
  /** When something was written last, as the file system counts it. */
  #written = 0;

  /** @param folder Made where it is not there, for this user of the system alone. @throws ConfigError for a bound that cannot be. */
  constructor(folder: string, options: BlobStoreOptions = {}) {
    super();
    this.#folder = resolve(folder);
    this.#bounds = blobBounds(options);
    this.#room = new Room(this.#bounds);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(key);
    const { clock, maxBytes } = this.#bounds;
    const found = await present(stat(path));
    // Larger ones are of a process with other bounds.
    if (!found?.isFile() || found.size > maxBytes / 4 + HEADER_BYTES) return undefined;
    const blob = readBlob(await present(readFile(path)), key);
    if (!blob || isOver(clock, blob.until)) {
      await rm(path, { force: true });
      return undefined;
    }
    const now = clock.now();
    // Another process may have made room with it meanwhile.
    if (Math.abs(now - found.mtimeMs) > SAME_USE) await present(utimes(path, now / 1_000, now / 1_000));
    return blob.data;
  }

  async put(key: string, data: Uint8Array, { maxAge }: { readonly maxAge?: number | undefined } = {}): Promise<void> {
    const path = this.#pathOf(key);
    const { clock, maxBytes } = this.#bounds;
    const until = untilOf(clock, maxAge);
    const written = writtenBlob(key, data, until);
    if (isOver(clock, until) || !written || written.length > maxBytes / 4) {
      await rm(path, { force: true });
      return;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    this.#written = await replaceFile(path, written, 0o600);
    const now = clock.now() / 1_000;
    await present(utimes(path, now, now));
    if (!this.#room.take(written.length)) await this.#makeRoom(this.#bounds, this.#room.target);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  async trim(maxBytes: number): Promise<void> {
    const most = { maxBytes, maxEntries: this.#bounds.maxEntries };
    await this.#makeRoom(most, most);
  }

  #pathOf(key: string): string {
    const hash = createHash('sha256').update(key).digest('hex');
    return join(this.#folder, hash.slice(0, 2), `${hash.slice(2)}.blob`);
  }

  async #makeRoom(most: RoomBounds, target: RoomBounds): Promise<void> {
    const left = madeRoom(await this.#look(), this.#bounds.clock, most, target);
    for (const path of left.gone) await rm(path, { force: true });
    this.#room.found(left);
  }

  /** All that is there; what a process left behind that was killed in a write is removed. */
  async #look(): Promise<KeptBlob<string>[]> {
    const kept: KeptBlob<string>[] = [];
    for (const folder of (await present(readdir(this.#folder))) ?? []) {
      if (!/^[\da-f]{2}$/.test(folder)) continue;
      const names = (await present(readdir(join(this.#folder, folder)))) ?? [];
      for (let from = 0; from < names.length; from += AT_ONCE) {
        const some = names
          .slice(from, from + AT_ONCE)
          .map((name) => this.#about(join(this.#folder, folder, name), name));
        for (const blob of await Promise.all(some)) if (blob) kept.push(blob);
      }
    }
    return kept;
  }

  async #about(path: string, name: string): Promise<KeptBlob<string> | undefined> {
    const found = await present(stat(path));
    if (!found?.isFile()) return undefined;
    if (LEFT_BEHIND.test(name) && this.#written - found.mtimeMs > STALE) await rm(path, { force: true });
    if (!BLOB.test(name)) return undefined;
    const header = await headerIn(path);
    // One that is not whole is of no use to anybody.
    return { place: path, size: found.size, used: found.mtimeMs, until: header ? header.until : 0 };
  }
}

async function headerIn(path: string): Promise<BlobHeader | undefined> {
  const file = await present(open(path, 'r'));
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return headerOf(buffer.subarray(0, bytesRead))?.header;
  } finally {
    await file.close();
  }
}

/** Nothing is there, or something that is no file of a store. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP']);

/** What comes of work with a file, or nothing where that is not there: another process may have removed it. */
async function present<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}
