import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStorage } from '@sestina/core';
import { type Locks, MemoryLocks, StateLockedError } from '@sestina/core/storage';
import { type LockManagerLike, UnstorageAdapter, WebLocks } from '@sestina/storage';
import { FileLocks, FileSecrets } from '@sestina/storage/fs';
import { createStorage } from 'unstorage';
import { afterEach, describe, expect, it } from 'vitest';

const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'sestina-locks-'));
  folders.push(made);
  return join(made, 'state');
}

afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true, force: true });
});

/** As `navigator.locks` behaves. */
function manager(): LockManagerLike {
  const held = new Set<string>();
  return {
    async request(name, _options, callback) {
      if (held.has(name)) return callback(null);
      held.add(name);
      await callback({});
      held.delete(name);
      return undefined;
    },
  };
}

const KINDS: [string, () => Promise<Locks> | Locks][] = [
  ['memory', () => new MemoryLocks()],
  ['files', async () => new FileLocks(await folder())],
  ['the web', () => new WebLocks(manager())],
];

describe.each(KINDS)('locks of %s', (_kind, make) => {
  it('are had by one at a time, by name', async () => {
    const locks = await make();
    const first = await locks.acquire('a/b@x.example:1');
    await expect(locks.acquire('a/b@x.example:1')).rejects.toBeInstanceOf(StateLockedError);
    const other = await locks.acquire('a/c');
    first.dispose();
    await expect.poll(() => locks.acquire('a/b@x.example:1').then((lock) => lock.dispose())).toBeUndefined();
    other.dispose();
  });

  it('are not taken for somebody who gave up', async () => {
    const locks = await make();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(locks.acquire('a', { signal })).rejects.toThrow('enough');
    (await locks.acquire('a')).dispose();
  });

  it('are had by one of many who come at once', async () => {
    const locks = await make();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => locks.acquire('a')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('locks of files', () => {
  it('F24: are free once their process was killed, and not before', async () => {
    const path = await folder();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6); console.log(process.pid)'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const locks = new FileLocks(path);
    (await locks.acquire('a')).dispose();
    await expect.poll(() => readdir(path)).toEqual([]);
    await writeFile(join(path, 'a.lock'), JSON.stringify({ pid: child.pid, began: 0, token: 't' }));
    await expect(locks.acquire('a')).rejects.toMatchObject({ code: 'ERR_STATE_LOCKED', what: 'a', retryable: true });
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (let round = 0; round < 40; round++) {
      const dead = join(path, `${round}.lock`);
      await writeFile(dead, JSON.stringify({ pid: child.pid, began: 0, token: 't' }));
      const all = Array.from({ length: 10 }, () => new FileLocks(path).acquire(`${round}`));
      const taken = (await Promise.allSettled(all)).filter((result) => result.status === 'fulfilled');
      expect(taken, `round ${round}`).toHaveLength(1);
      await expect.poll(() => readdir(path)).toEqual(['a.lock', `${round}.lock`].sort());
      taken[0]?.value.dispose();
      await expect.poll(() => readdir(path)).toEqual(['a.lock']);
    }
    (await locks.acquire('a')).dispose();
  });

  it('that somebody else has by now are not taken away by one who had them', async () => {
    const path = await folder();
    const locks = new FileLocks(path);
    const lock = await locks.acquire('a');
    const other = JSON.stringify({ pid: process.ppid, began: 0, token: 'other' });
    await writeFile(join(path, 'a.lock'), other);
    lock.dispose();
    (await locks.acquire('b')).dispose();
    await expect.poll(() => readdir(path)).toEqual(['a.lock']);
    expect(await readFile(join(path, 'a.lock'), 'utf8')).toBe(other);
  });

  it('of a dead process are taken over once another one that does so is done, or has been killed in it', async () => {
    const path = await folder();
    const locks = new FileLocks(path);
    (await locks.acquire('a')).dispose();
    await expect.poll(() => readdir(path)).toEqual([]);
    const [dead, turn] = [join(path, 'a.lock'), join(path, 'a.lock.turn')];
    await writeFile(dead, '');
    await writeFile(turn, '');
    const waiting = locks.acquire('a');
    await rm(turn);
    (await waiting).dispose();
    await expect.poll(() => readdir(path)).toEqual([]);
    await writeFile(dead, '');
    await writeFile(turn, '');
    const long = Date.now() / 1_000 - 11;
    await utimes(turn, long, long);
    (await locks.acquire('a')).dispose();
    await expect.poll(() => readdir(path)).toEqual([]);
  });

  it('cannot be had where the folder cannot be written to', async () => {
    const path = await folder();
    await writeFile(path, 'a file where a folder has to be');
    await expect(new FileLocks(path).acquire('a')).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it.each([
    ['half a file', '{"pid":'],
    ['another process of our number', JSON.stringify({ pid: process.pid, began: 0, token: 't' })],
  ])('are not lost to %s', async (_what, text) => {
    const path = await folder();
    const locks = new FileLocks(path);
    const lock = await locks.acquire('a');
    lock.dispose();
    await expect.poll(() => readdir(path)).toEqual([]);
    await writeFile(join(path, 'a.lock'), text);
    (await locks.acquire('a')).dispose();
  });
});

describe('a storage', () => {
  it('has the locks that it was given', async () => {
    const locks = new MemoryLocks();
    expect(new UnstorageAdapter(createStorage(), { locks }).locks).toBe(locks);
    const [one, two] = [new MemoryStorage(), new MemoryStorage()];
    await one.locks.acquire('a');
    await two.locks.acquire('a');
    await expect(one.locks.acquire('a')).rejects.toBeInstanceOf(StateLockedError);
  });

  it('makes changes in their order', async () => {
    const storage = new UnstorageAdapter(createStorage());
    await storage.batch([
      ['a', '1'],
      ['b', '2'],
      ['a', undefined],
      ['b', '3'],
    ]);
    expect([await storage.get('a'), await storage.get('b')]).toEqual([undefined, '3']);
  });
});

describe('secrets in files', () => {
  it('are of this user alone, and as they were kept', async () => {
    const path = await folder();
    const secrets = new FileSecrets(path);
    expect(await secrets.get('xep-0198/a@x/p')).toBeUndefined();
    await secrets.set('xep-0198/a@x/p', 'id 1');
    await secrets.set('xep-0198/a@x/p', 'id 2');
    await secrets.set('xep-0198/a@x/q', 'other');
    expect(await new FileSecrets(path).get('xep-0198/a@x/p')).toBe('id 2');
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect(mode & 0o777).toBe(entry.isDirectory() ? 0o700 : 0o600);
    }
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await secrets.delete('xep-0198/a@x/p');
    await secrets.delete('xep-0198/a@x/p');
    expect(await secrets.get('xep-0198/a@x/p')).toBeUndefined();
    expect(await secrets.get('xep-0198/a@x/q')).toBe('other');
  });
});
