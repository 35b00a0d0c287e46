import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStorage, type Storage } from '@sestina/core';
import { StoredValueError, UnstorageAdapter } from '@sestina/storage';
import { createStorage, type Driver, prefixStorage } from 'unstorage';
import fs from 'unstorage/drivers/fs';
import memory from 'unstorage/drivers/memory';
import { afterEach, describe, expect, it } from 'vitest';

const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'sestina-storage-'));
  folders.push(made);
  return made;
}

afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true });
});

const fsDriver = (base: string): Driver => fs({ base });

const STORAGES: readonly [string, () => Promise<Storage>][] = [
  ['MemoryStorage', async () => new MemoryStorage()],
  ['the memory driver', async () => new UnstorageAdapter(createStorage({ driver: memory() }))],
  ['the fs driver', async () => new UnstorageAdapter(createStorage({ driver: fsDriver(await folder()) }))],
  ['a prefix', async () => new UnstorageAdapter(prefixStorage(createStorage({ driver: memory() }), 'sestina'))],
];

describe.each(STORAGES)('%s', (_name, make) => {
  it('keeps values under keys of any kind, and forgets them', async () => {
    const storage = await make();
    const keys = [
      'a',
      'A',
      'a/b',
      'a/B',
      'x?y',
      'x?z',
      'x:y',
      'x::y',
      '..',
      '../x',
      'r/romeo@m.example',
      `${'k'.repeat(400)}`,
    ];
    for (const key of keys) expect(await storage.get(key), key).toBeUndefined();
    for (const key of keys) await storage.set(key, `value of ${key}`);
    for (const key of keys) expect(await storage.get(key)).toBe(`value of ${key}`);
    expect((await storage.keys('')).sort()).toEqual([...keys].sort());
    for (const key of keys) await storage.delete(key);
    for (const key of keys) expect(await storage.get(key), key).toBeUndefined();
    expect(await storage.keys('')).toEqual([]);
  });

  it.each([
    '',
    '1',
    'true',
    'null',
    '{"v":1,"__proto__":{}}',
    '[1]',
    '"quoted"',
    ' \n',
    'base64:eA==',
    'ö😀\u0000',
    '1e400',
  ])('gives the text %j back as it was', async (value) => {
    const storage = await make();
    await storage.set('key', value);
    expect(await storage.get('key')).toBe(value);
  });

  it('writes over, and deletes what is not there', async () => {
    const storage = await make();
    await storage.set('key', 'one');
    await storage.set('key', 'two');
    expect(await storage.get('key')).toBe('two');
    await storage.delete('nothing');
    expect(await storage.keys('')).toEqual(['key']);
  });

  it('lists the keys that begin so, also in the middle of a part', async () => {
    const storage = await make();
    for (const key of ['roster/a@x', 'roster/ab@x', 'roster/A', 'rosters', 'other/roster/a'])
      await storage.set(key, '1');
    const list = async (prefix: string) => (await storage.keys(prefix)).sort();
    expect(await list('roster/')).toEqual(['roster/A', 'roster/a@x', 'roster/ab@x']);
    expect(await list('roster/a')).toEqual(['roster/a@x', 'roster/ab@x']);
    expect(await list('roster')).toEqual(['roster/A', 'roster/a@x', 'roster/ab@x', 'rosters']);
    expect(await list('nothing/')).toEqual([]);
  });
});

describe('the adapter', () => {
  it('finds what another process has written', async () => {
    const base = await folder();
    const one = new UnstorageAdapter(createStorage({ driver: fsDriver(base) }));
    const two = new UnstorageAdapter(createStorage({ driver: fsDriver(base) }));
    await one.set('roster/a@x', 'value');
    expect(await two.get('roster/a@x')).toBe('value');
    expect(await two.keys('roster/')).toEqual(['roster/a@x']);
  });

  it('leaves alone what others have in the same storage', async () => {
    const storage = createStorage({ driver: memory() });
    await storage.setItem('Session:1', 'of the web server');
    const adapter = new UnstorageAdapter(storage);
    await adapter.set('key', 'value');
    expect(await adapter.keys('')).toEqual(['key']);
    expect(await storage.getItem('Session:1')).toBe('of the web server');
  });

  it.each(['cut off', '17', '{"value":1}', '{"other":"x"}', ''])(
    'does not take %j for one of its values',
    async (text) => {
      const base = await folder();
      const adapter = new UnstorageAdapter(createStorage({ driver: fsDriver(base) }));
      await writeFile(join(base, 'key'), text);
      const failed = adapter.get('key');
      await expect(failed).rejects.toBeInstanceOf(StoredValueError);
      await expect(failed).rejects.toMatchObject({ code: 'ERR_STORED_VALUE', key: 'key', retryable: false });
      expect(await readdir(base)).toEqual(['key']);
    },
  );

  it('rejects with what the driver throws', async () => {
    const broken = new Error('disk full');
    const driver: Driver = {
      ...memory(),
      setItem: () => Promise.reject(broken),
      getItem: () => Promise.reject(broken),
    };
    const adapter = new UnstorageAdapter(createStorage({ driver }));
    await expect(adapter.set('key', 'value')).rejects.toBe(broken);
    await expect(adapter.get('key')).rejects.toBe(broken);
  });
});
