import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VirtualClock } from '@sestina/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileBlobStore } from '../src/fs/index.js';
import { IndexedDbBlobStore } from '../src/indexeddb/index.js';
import { FakeIndexedDb } from './fake-indexed-db.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WRITER = fileURLToPath(new URL('blob-writer.ts', import.meta.url));

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sestina-blobs-'));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true, force: true });
});

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);

/** All files below the folder. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('blobs in files', () => {
  it('outlive the process, and lie in the folder under names that say nothing, for this user alone', async () => {
    await new FileBlobStore(join(folder, 'deep', 'er')).put('../../secret name', bytes(9));
    const [path = '', ...others] = await files();
    expect(others).toEqual([]);
    expect(path.slice(folder.length)).toMatch(/^[/\\]deep[/\\]er[/\\][\da-f]{2}[/\\][\da-f]{62}\.blob$/);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o077).toBe(0);
    expect(await new FileBlobStore(join(folder, 'deep', 'er')).get('../../secret name')).toEqual(bytes(9));
  });

  it.each<[string, (file: Buffer) => Uint8Array]>([
    ['is empty', () => bytes(0)],
    ['is cut off in its header', (file) => file.subarray(0, 20)],
    ['is cut off', (file) => file.subarray(0, -1)],
    ['is longer', (file) => Buffer.concat([file, bytes(1)])],
    ['has another byte', (file) => Buffer.concat([file.subarray(0, -1), bytes(1, 8)])],
    ['has another header', (file) => Buffer.concat([Buffer.from('{}'), file.subarray(file.indexOf('\n'))])],
    ['has no JSON before it', (file) => Buffer.concat([Buffer.from('{{{\n'), file])],
    ['has null before it', (file) => Buffer.concat([Buffer.from('null\n'), file])],
    ['is of another key', (file) => Buffer.from(file.toString('latin1').replace('"key":"a"', '"key":"b"'), 'latin1')],
    ['is something else without an end', () => bytes(100_000, 32)],
  ])('one that %s counts as not there, is taken away, and can be put again', async (_how, spoil) => {
    const store = new FileBlobStore(folder);
    await store.put('a', bytes(50));
    const [path = ''] = await files();
    await writeFile(path, spoil(await readFile(path)));
    expect(await store.get('a')).toBeUndefined();
    expect(await files()).toEqual([]);
    await store.put('a', bytes(50));
    expect(await store.get('a')).toEqual(bytes(50));
    await writeFile(path, spoil(await readFile(path)));
    await store.trim(1_000);
    expect(await store.get('a')).toBeUndefined();
  });

  it('leaves alone what is not its own', async () => {
    const store = new FileBlobStore(folder, { maxBytes: 1_000 });
    await store.put('a', bytes(10));
    const [path = ''] = await files();
    const neighbours = ['notes.txt', join('ab', 'notes.txt'), join('abc', `${'0'.repeat(62)}.blob`)];
    await writeFile(join(folder, 'cd'), 'mine');
    for (const name of neighbours) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), 'mine');
    }
    await rm(path);
    await mkdir(path);
    expect(await store.get('a')).toBeUndefined();
    await store.trim(0);
    for (const name of neighbours) expect(await readFile(join(folder, name), 'utf8')).toBe('mine');
  });

  it.runIf(process.platform !== 'win32')('takes away a link, and not where it leads', async () => {
    const store = new FileBlobStore(folder);
    const target = join(folder, 'target');
    await writeFile(target, 'mine');
    await store.put('a', bytes(10));
    const path = (await files()).find((name) => name.endsWith('.blob')) ?? '';
    await rm(path);
    await symlink(target, path);
    expect(await store.get('a')).toBeUndefined();
    await store.put('a', bytes(10));
    expect(await store.get('a')).toEqual(bytes(10));
    expect(await readFile(target, 'utf8')).toBe('mine');
  });

  it('note that they are used, no more than once an hour', async () => {
    const clock = new VirtualClock();
    const store = new FileBlobStore(folder, { clock });
    await store.put('a', bytes(10));
    const put = clock.now();
    const [path = ''] = await files();
    const used = async (): Promise<number> => {
      await store.get('a');
      return Math.round((await stat(path)).mtimeMs);
    };
    expect(await used()).toBe(put);
    await clock.advance(3_600_000);
    expect(await used()).toBe(put);
    await clock.advance(1);
    expect(await used()).toBe(clock.now());
  });

  it('of a process with other bounds are not read where they are larger', async () => {
    await new FileBlobStore(folder).put('a', bytes(20_000));
    const [path = ''] = await files();
    const small = new FileBlobStore(folder, { maxBytes: 40_000 });
    expect(await small.get('a')).toBeUndefined();
    expect(await files()).toEqual([path]);
  });

  it('removes what a process left behind that was killed in a write, once nobody can be writing it', async () => {
    const store = new FileBlobStore(folder);
    await store.put('a', bytes(10));
    const [path = ''] = await files();
    const name = (digit: string): string => join(path, '..', `.sestina-${digit.repeat(36)}.tmp`);
    const long = new Date((await stat(path)).mtimeMs - 700_000);
    for (const digit of ['a', 'b']) await writeFile(name(digit), 'half');
    await utimes(name('a'), long, long);
    await store.put('a', bytes(11));
    await store.trim(1_000_000);
    expect((await files()).sort()).toEqual([name('b'), path].sort());
  });

  it('two that share a folder keep within their bounds together', async () => {
    const clock = new VirtualClock();
    const bounds = { clock, maxBytes: 1_000_000 };
    const stores = [new FileBlobStore(folder, bounds), new FileBlobStore(folder, bounds)] as const;
    for (let index = 0; index < 40; index++) {
      await stores[index % 2 === 0 ? 0 : 1].put(`k${index}`, bytes(50_000));
      await clock.advance(86_400_000);
    }
    const sizes = await Promise.all((await files()).map(async (path) => (await stat(path)).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_250_000);
    expect(await stores[0].get('k39')).toEqual(bytes(50_000));
  });

  it('of two processes that were killed while they wrote are whole', { timeout: 300_000 }, async () => {
    const store = new FileBlobStore(folder);
    await Promise.all([writeAndKill(), writeAndKill()]);
    for (const key of ['a', 'b']) {
      const found = await store.get(key);
      expect([3_000, 3_000_000]).toContain(found?.length);
      expect(new Set(found).size).toBe(1);
      await store.put(key, bytes(5));
      expect(await store.get(key)).toEqual(bytes(5));
    }
  });
});

/** Starts the writer, and kills it in the middle. */
async function writeAndKill(): Promise<void> {
  const args = ['--conditions=@sestina/source', '--import', 'tsx', WRITER, folder];
  const env = { ...process.env, TSX_TSCONFIG_PATH: `${ROOT}tsconfig.base.json` };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), exit]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
}

describe('blobs of a page', () => {
  it('that something else has spoiled count as not there, and are taken away', async () => {
    const fake = new FakeIndexedDb();
    vi.stubGlobal('indexedDB', fake);
    const store = new IndexedDbBlobStore('x');
    for (const key of ['a', 'b', 'c']) await store.put(key, bytes(3));
    fake.table('x', 'data').set('a', 'text');
    fake.table('x', 'about').set('b', { size: 'large' });
    fake.table('x', 'about').delete('c');
    for (const key of ['a', 'b', 'c']) expect(await store.get(key)).toBeUndefined();
    expect([fake.table('x', 'data').size, fake.table('x', 'about').size]).toEqual([0, 0]);
  });

  it('note that they are used, no more than once an hour', async () => {
    const fake = new FakeIndexedDb();
    vi.stubGlobal('indexedDB', fake);
    const clock = new VirtualClock();
    const store = new IndexedDbBlobStore('x', { clock });
    await store.put('a', bytes(10), { maxAge: 86_400_000 });
    const put = clock.now();
    const about = fake.table('x', 'about').get('a');
    await clock.advance(3_600_000);
    await store.get('a');
    expect(fake.table('x', 'about').get('a')).toEqual(about);
    await clock.advance(1);
    await store.get('a');
    expect(fake.table('x', 'about').get('a')).toEqual({ size: 212, used: clock.now(), until: put + 86_400_000 });
  });

  it('that another tab has taken away are not noted as used', async () => {
    const fake = new FakeIndexedDb();
    vi.stubGlobal('indexedDB', fake);
    const clock = new VirtualClock();
    const [store, other] = [new IndexedDbBlobStore('x', { clock }), new IndexedDbBlobStore('x', { clock })];
    await store.put('a', bytes(10));
    await clock.advance(86_400_000);
    await Promise.all([store.get('a'), other.delete('a')]);
    expect([fake.table('x', 'data').size, fake.table('x', 'about').size]).toEqual([0, 0]);
  });

  it('outlive the page', async () => {
    vi.stubGlobal('indexedDB', new FakeIndexedDb());
    await new IndexedDbBlobStore().put('a', bytes(3));
    expect(await new IndexedDbBlobStore().get('a')).toEqual(bytes(3));
  });
});
