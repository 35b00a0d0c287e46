// For Node.js alone: the main entry has no node: module in it.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Driver } from 'unstorage';
import fs, { type FSStorageOptions } from 'unstorage/drivers/fs';

/** What a process leaves behind that is killed in a write. No key of an `UnstorageAdapter` begins with a dot. */
const TEMPORARY = '.sestina-*.tmp';
const IGNORED = ['**/node_modules/**', '**/.git/**'];

/**
 * The `fs` driver of unstorage, with its options, but that a file is written whole or not at all: to another file in the same
 * folder, which takes its place once it is on the disk. A process that is killed leaves what was there before, or what it wrote.
 */
export function atomicFs(options: FSStorageOptions): Driver {
  const driver = fs({ ...options, ignore: [...(options.ignore ?? IGNORED), TEMPORARY] });
  const base = resolve(options.base ?? '.');
  const turns = new Turns();
  const pathOf = (key: string): string => {
    const path = join(base, key.replaceAll(':', '/'));
    if (!path.startsWith(base + sep)) throw new Error(`the key "${key}" leads out of the folder ${base}`);
    return path;
  };
  const write = async (key: string, value: string | Uint8Array): Promise<void> => {
    if (options.readOnly) return;
    const path = pathOf(key);
    await turns.take(path, () => replace(path, value));
  };
  return {
    ...driver,
    setItem: write,
    setItemRaw: write,
    removeItem: (key, how) => turns.take(pathOf(key), async () => driver.removeItem?.(key, how)),
  };
}

/** What is done with one file is done in the order of the calls. */
class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take(path: string, act: () => Promise<void>): Promise<void> {
    const before = this.#last.get(path) ?? Promise.resolve();
    const done = before.then(act);
    const settled = done.catch(() => {});
    this.#last.set(path, settled);
    await done.finally(() => {
      if (this.#last.get(path) === settled) this.#last.delete(path);
    });
  }
}

async function replace(path: string, value: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), TEMPORARY.replace('*', randomUUID()));
  try {
    const file = await create(temporary, await modeOf(path));
    try {
      await file.writeFile(value);
      // Else the name may reach the disk before what is in the file.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function create(path: string, mode: number | undefined): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  return open(path, 'wx', mode);
}

/** Who may read the file that is there stays the same. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return undefined;
  }
}
