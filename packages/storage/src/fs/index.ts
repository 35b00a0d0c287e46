// For Node.js alone: the main entry has no node: module in it.
import { readdir, rm, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import fs from 'unstorage/drivers/fs';
import type { AtomicFsDriver, AtomicFsOptions } from './fs-driver.js';
import { replaceFile, TEMPORARY } from './replace-file.js';

export { FileBlobStore } from './file-blob-store.js';
export { FileLocks } from './file-locks.js';
export { FileSecrets } from './file-secrets.js';
export type { AtomicFsDriver, AtomicFsOptions };

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
  const base = resolve(options.base ?? '');
  const driver = fs({ ...options, base, ignore: [...(options.ignore ?? IGNORED), TEMPORARY] });
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
    const now = await turns.take(path, () => replaceFile(path, value));
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
  readonly #last = new Map<string, Promise<void>>(); // bound: files that are being written

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
