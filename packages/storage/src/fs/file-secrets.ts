// For Node.js alone.
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Secrets } from '@sestina/core/storage';
import { encodeKey } from '../keys.js';
import { replaceFile } from './replace-file.js';

/** Secrets in files of a folder that nobody but this user of the system may read. */
export class FileSecrets extends Secrets {
  readonly #folder: string;

  /** @param folder Made where it is not there. */
  constructor(folder: string) {
    super();
    this.#folder = resolve(folder);
  }

  async get(key: string): Promise<string | undefined> {
    try {
      return await readFile(this.#pathOf(key), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async set(key: string, value: string): Promise<void> {
    const path = this.#pathOf(key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await replaceFile(path, value, 0o600);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  #pathOf(key: string): string {
    return `${join(this.#folder, encodeKey(key).replaceAll(':', '/'))}.secret`;
  }
}
