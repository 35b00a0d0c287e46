import { MemoryLocks } from '@sestina/core/storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LockManagerLike, StoredValueError, UnstorageAdapter, WebLocks } from '../src/index.js';
import { Database } from '../src/indexeddb/database.js';
import { IndexedDbSecrets, IndexedDbStorage } from '../src/indexeddb/index.js';
import { FakeIndexedDb } from './fake-indexed-db.js';

let fake = new FakeIndexedDb();
beforeEach(() => {
  fake = new FakeIndexedDb();
  vi.stubGlobal('indexedDB', fake);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('values of a page', () => {
  it('are what was stored, in the database of that name, for all who open it', async () => {
    const storage = new IndexedDbStorage();
    expect(await storage.get('a')).toBeUndefined();
    await storage.set('a', '');
    await storage.set('b', 'one');
    await storage.set('b', 'two');
    expect([await storage.get('a'), await storage.get('b')]).toEqual(['', 'two']);
    expect(fake.table('sestina', 'values').get('b')).toBe('two');
    expect(await new IndexedDbStorage().get('b')).toBe('two');
    expect(await new IndexedDbStorage('other').get('b')).toBeUndefined();
    await storage.delete('b');
    await storage.delete('b');
    expect([await storage.get('a'), await storage.get('b')]).toEqual(['', undefined]);
  });

  it('are listed by what their keys begin with, and the keys of something else are not', async () => {
    const storage = new IndexedDbStorage();
    for (const key of ['roster/b', 'roster/a', 'rosters', 'x/roster/a']) await storage.set(key, '1');
    fake.table('sestina', 'values').set(5 as never, 'of another program');
    expect((await storage.keys('roster/')).sort()).toEqual(['roster/a', 'roster/b']);
    expect(await storage.keys('')).toHaveLength(4);
  });

  it.each([5, null, { value: 'x' }])('do not take %j for one of them', async (value) => {
    const storage = new IndexedDbStorage();
    await storage.set('a', 'x');
    fake.table('sestina', 'values').set('a', value);
    const failed = storage.get('a');
    await expect(failed).rejects.toBeInstanceOf(StoredValueError);
    await expect(failed).rejects.toMatchObject({ code: 'ERR_STORED_VALUE', key: 'a', retryable: false });
  });

  it('that are changed together are so in one transaction, in their order, and on the disk then', async () => {
    const storage = new IndexedDbStorage();
    await storage.batch([
      ['a', '1'],
      ['b', '2'],
      ['a', undefined],
      ['b', '3'],
    ]);
    expect(fake.transactions).toEqual([{ stores: ['values'], mode: 'readwrite', durability: 'strict' }]);
    expect([await storage.get('a'), await storage.get('b')]).toEqual([undefined, '3']);
    expect(fake.transactions[1]?.mode).toBe('readonly');
  });
});

describe('secrets of a page', () => {
  it('are encrypted, each time anew, with a key that nobody can read', async () => {
    const secrets = new IndexedDbSecrets();
    expect(await secrets.get('a')).toBeUndefined();
    await secrets.set('a', 'hush ö');
    await secrets.set('b', 'hush ö');
    expect([await secrets.get('a'), await secrets.get('b')]).toEqual(['hush ö', 'hush ö']);
    const [a, b] = ['a', 'b'].map((key) => fake.table('sestina', 'secrets').get(key) as { data: ArrayBuffer });
    expect(new Uint8Array(a?.data ?? new ArrayBuffer())).not.toEqual(new Uint8Array(b?.data ?? new ArrayBuffer()));
    expect(Buffer.from(a?.data ?? new ArrayBuffer()).toString('latin1')).not.toContain('hush');
    const key = fake.table('sestina', 'keys').get('key');
    expect(key).toMatchObject({ extractable: false, algorithm: { name: 'AES-GCM', length: 256 } });
    expect(await new IndexedDbSecrets().get('a')).toBe('hush ö');
    await secrets.delete('a');
    expect([await secrets.get('a'), await secrets.get('b')]).toEqual([undefined, 'hush ö']);
  });

  it('have one key, however many tabs begin at once', async () => {
    const tabs = [new IndexedDbSecrets('x'), new IndexedDbSecrets('x'), new IndexedDbSecrets('x')];
    await Promise.all(tabs.map((tab, index) => tab.set(`${index}`, `secret ${index}`)));
    for (const tab of [...tabs, new IndexedDbSecrets('x')]) {
      expect(await Promise.all(tabs.map((_, index) => tab.get(`${index}`)))).toEqual([
        'secret 0',
        'secret 1',
        'secret 2',
      ]);
    }
  });

  it.each<[string, () => void]>([
    ['were changed', () => new Uint8Array((fake.table('x', 'secrets').get('a') as { data: ArrayBuffer }).data).fill(0)],
    ['are something else', () => fake.table('x', 'secrets').set('a', null)],
    ['have lost their key', () => fake.table('x', 'keys').clear()],
  ])('that %s cannot be read, and are left as they are', async (_, spoil) => {
    await new IndexedDbSecrets('x').set('a', 'hush');
    spoil();
    const failed = new IndexedDbSecrets('x').get('a');
    await expect(failed).rejects.toBeInstanceOf(StoredValueError);
    await expect(failed).rejects.toMatchObject({ key: 'a' });
    expect(fake.table('x', 'secrets').has('a')).toBe(true);
  });

  it('are not taken for damaged where the key could not be read, which is tried again', async () => {
    await new IndexedDbSecrets('x').set('a', 'hush');
    const secrets = new IndexedDbSecrets('x');
    const error = new Error('no disk');
    fake.abort = { store: 'keys', error };
    await expect(secrets.get('a')).rejects.toBe(error);
    expect(await secrets.get('a')).toBe('hush');
  });
});

describe('the database of a page', () => {
  const make = () => new Database('x', ['one', 'two']);
  const read = (database: ReturnType<typeof make>) => database.run('one', 'readonly', (store) => store.get('a'));

  it('is opened once, when it is first used', async () => {
    const database = make();
    expect(fake.opened).toHaveLength(0);
    await Promise.all([read(database), read(database)]);
    await read(database);
    expect(fake.opened).toHaveLength(1);
    expect([fake.table('x', 'one').size, fake.table('x', 'two').size]).toEqual([0, 0]);
  });

  it('is opened again where the browser has closed it', async () => {
    const database = make();
    await read(database);
    fake.opened[0]?.onclose?.();
    await read(database);
    expect([fake.opened.length, fake.closed]).toEqual([2, 0]);
    // What becomes of the old one is of no account any more.
    fake.opened[0]?.onclose?.();
    await read(database);
    expect(fake.opened).toHaveLength(2);
  });

  it('is given up where another version of the program wants to change it', async () => {
    const database = make();
    await read(database);
    fake.opened[0]?.onversionchange?.();
    expect(fake.closed).toBe(1);
    await read(database);
    expect(fake.opened).toHaveLength(2);
  });

  it('that cannot be opened is tried again', async () => {
    const database = make();
    fake.failure = new Error('no disk');
    await expect(read(database)).rejects.toBe(fake.failure);
    fake.failure = undefined;
    expect(await read(database)).toBeUndefined();
  });

  it('fails with what ended the transaction, or with a word of its own', async () => {
    const database = make();
    const error = new Error('QuotaExceededError');
    fake.abort = { store: 'one', error };
    await expect(read(database)).rejects.toBe(error);
    fake.abort = { store: 'one', error: null };
    await expect(read(database)).rejects.toBeInstanceOf(Error);
  });

  it('is none outside of pages', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expect(read(make())).rejects.toThrow('IndexedDB');
  });
});

describe('the locks of a page', () => {
  it('are those of its origin, where the browser has some', async () => {
    const asked: unknown[] = [];
    const locks: LockManagerLike = {
      request: async (name, options, callback) => {
        asked.push([name, options]);
        await callback({});
      },
    };
    vi.stubGlobal('location', {});
    vi.stubGlobal('navigator', { locks });
    for (const storage of [new IndexedDbStorage(), new UnstorageAdapter({} as never)]) {
      expect(storage.locks).toBeInstanceOf(WebLocks);
      (await storage.locks.acquire('a')).dispose();
    }
    // A request that waited for others would keep a session from beginning for good.
    expect(asked).toEqual([
      ['sestina a', { ifAvailable: true }],
      ['sestina a', { ifAvailable: true }],
    ]);
  });

  it.each([
    ['there are none', { location: {}, navigator: {} }],
    ['there is no navigator', { location: {}, navigator: undefined }],
    ['this is no page', { location: undefined, navigator: { locks: {} } }],
  ])('are those of this object where %s', (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    expect(WebLocks.ofPlatform()).toBeUndefined();
    expect(new IndexedDbStorage().locks).toBeInstanceOf(MemoryLocks);
    expect(new UnstorageAdapter({} as never).locks).toBeInstanceOf(MemoryLocks);
  });

  it('fail with what the browser says', async () => {
    const failure = new Error('the page is going');
    const locks = new WebLocks({ request: () => Promise.reject(failure) });
    await expect(locks.acquire('a')).rejects.toBe(failure);
  });
});
