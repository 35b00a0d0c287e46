// For Node.js alone.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registration } from '@sestina/core';
import { Locks, StateLockedError } from '@sestina/core/storage';
import { encodeKey } from '../keys.js';

/** Who has a lock: a process, when it began, and which of its locks it is. */
interface Holder {
  readonly pid: number;
  readonly began: number;
  readonly token: string;
}

/** Milliseconds by which the beginning of one process may differ: clocks are set. */
const SAME = 5_000;
/** Milliseconds after which nobody takes the lock of a dead process over any more: that is done at once, or by a killed one. */
const STALE = 10_000;
const ATTEMPTS = 200;

/**
 * Locks that are files in a folder, among processes of one machine. That of a process which was killed is free again: the file says
 * which process has it.
 */
export class FileLocks extends Locks {
  readonly #folder: string;

  /** @param folder Made where it is not there. */
  constructor(folder: string) {
    super();
    this.#folder = resolve(folder);
  }

  async acquire(name: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Registration> {
    const path = `${join(this.#folder, encodeKey(name).replaceAll(':', '/'))}.lock`;
    await mkdir(dirname(path), { recursive: true });
    const token = randomUUID();
    const holder: Holder = { pid: process.pid, began: began(), token };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      signal?.throwIfAborted();
      if (await put(path, JSON.stringify(holder), token)) {
        return new Registration(() => void release(path, token));
      }
      const other = await holderOf(path);
      if (other === 'nobody') continue;
      if (isAlive(other)) throw new StateLockedError(name);
      await takeAway(path);
    }
    throw new StateLockedError(name);
  }
}

/** Puts the file there, whole, where there is none. */
async function put(path: string, text: string, token: string): Promise<boolean> {
  const temporary = `${path}.${token}`;
  await writeFile(temporary, text, { mode: 0o600 });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Takes the lock of a dead process away: one does that at a time, and looks again. */
async function takeAway(path: string): Promise<void> {
  const turn = `${path}.turn`;
  try {
    await writeFile(turn, '', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const found = await stat(turn).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > STALE) await rm(turn, { force: true });
    else await sleep(10);
    return;
  }
  try {
    const holder = await holderOf(path);
    // Where there is no file, one may be there by the time that it is taken away: that of somebody who is alive.
    if (holder !== 'nobody' && !isAlive(holder)) await rm(path, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

async function release(path: string, token: string): Promise<void> {
  const holder = await holderOf(path);
  if (holder !== 'nobody' && holder?.token === token) await rm(path).catch(() => {});
}

/** Whose lock it is; undefined where the file does not say. */
async function holderOf(path: string): Promise<Holder | 'nobody' | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nobody' : undefined;
  }
}

function isAlive(holder: Holder | undefined): boolean {
  if (!holder) return false;
  const { pid, began: since } = holder;
  // In a container many have the same number, one after the other.
  if (pid === process.pid) return Math.abs(since - began()) < SAME;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When this process began, the same in each of its threads. */
function began(): number {
  return Date.now() - process.uptime() * 1_000;
}
