// For Node.js alone.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a process leaves behind that is killed in a write. No key of an `UnstorageAdapter` begins with a dot. */
export const TEMPORARY = '.sestina-*.tmp';

/**
 * Writes a file whole or not at all: another file in the same folder takes its place once it is on the disk.
 * @param mode Who may read one that was not there. @returns the time of the write, as the file system counts it.
 */
export async function replaceFile(path: string, value: string | Uint8Array, mode?: number): Promise<number> {
  const temporary = join(dirname(path), TEMPORARY.replace('*', randomUUID()));
  try {
    const file = await create(temporary, (await modeOf(path)) ?? mode);
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
