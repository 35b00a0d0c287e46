// For Node.js alone: the main entry has no node: module in it.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import fs from 'unstorage/drivers/fs';
import type { AtomicFsDriver, AtomicFsOptions } from './fs-driver.js';

export type { AtomicFsDriver, AtomicFsOptions };

/** What a process leaves behind that is killed in a write. No key of an `UnstorageAdapter` begins with a dot. */
const TEMPORARY = '.sestina-*.tmp';
const LEFT_BEHIND = /^\.sestina-[\da-f-]{36}\.tmp$/;
/** Milliseconds after which nobody writes to such a file any more: another process may be in the middle of it before. */
const STALE = 600_000;
const IGNORED = ['**/node_modules/**', '**/.git/**'];

/**
 * The `fs` driver of unstorage, with its options, but that a file is written whole or not at all: to another file in the same
 * folder, which takes its place once it is on the disk. A process that is killed leaves what was there before, or what it wrote.
 * What it had begun to write is removed ten minutes later, by the first write of whoever comes next.
 */
export function atomicFs(options: AtomicFsOptions): AtomicFsDriver {
  const driver = fs({ ...options, ignore: [...(options.ignore ?? IGNORED), TEMPORARY] });
  const base = resolve(options.base ?? '.');
  const turns = new Turns();
  const pathOf = (key: string): string => {
    const path = join(base, key.replaceAll(':', '/'));
    if (!path.startsWith(base + sep)) throw new Error(`the key "${key}" leads out of the folder ${base}`);
    return path;
  };
  let swept: Promise<void> | undefined;
  const write = async (key: string, value: string | Uint8Array): Promise<void> => {
    if (options.readOnly) return;
    const path = pathOf(key);
    const now = await turns.take(path, () => replace(path, value));
    swept ??= sweep(base, now - STALE);
  };
  return {
    ...driver,
    setItem: write,
    setItemRaw: write,
    removeItem: (key, how) => turns.take(pathOf(key), async () => driver.removeItem?.(key, how)),
    dispose: async () => {
      await swept;
      await driver.dispose?.();
    },
  };
}

/** What is done with one file is done in the order of the calls. */
class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(path: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(path) ?? Promise.resolve();
    const done = before.then(act);
    const settled = done.then(
      () => {},
      () => {},
    );
    this.#last.set(path, settled);
    return done.finally(() => {
      if (this.#last.get(path) === settled) this.#last.delete(path);
    });
  }
}

/** Gives the time of the write, as the file system counts it. */
async function replace(path: string, value: string | Uint8Array): Promise<number> {
  const temporary = join(dirname(path), TEMPORARY.replace('*', randomUUID()));
  try {
    const file = await create(temporary, await modeOf(path));
    let time: number;
    try {
      await file.writeFile(value);
      // Else the name may reach the disk before what is in the file.
      await file.sync();
      time = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return time;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Removes what processes left behind that were killed in a write, where that was last written before then. */
async function sweep(folder: string, before: number): Promise<void> {
  // Somebody else may sweep too, or remove a folder.
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') await sweep(path, before);
    if (!entry.isFile() || !LEFT_BEHIND.test(entry.name)) continue;
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtimeMs < before) await rm(path, { force: true }).catch(() => {});
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
