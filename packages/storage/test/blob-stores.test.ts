import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@sestina/core';
import { BlobStore } from '@sestina/core/storage';
import { SeededRandom, VirtualClock } from '@sestina/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeptBlob, madeRoom, Room, type RoomBounds } from '../src/blob-options.js';
import { FileBlobStore } from '../src/fs/index.js';
import { type BlobStoreOptions, MemoryBlobStore } from '../src/index.js';
import { IndexedDbBlobStore } from '../src/indexeddb/index.js';
import { FakeIndexedDb } from './fake-indexed-db.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sestina-blobs-'));
  vi.stubGlobal('indexedDB', new FakeIndexedDb());
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await rm(folder, { recursive: true, force: true });
});

const KINDS: [string, (options?: BlobStoreOptions) => BlobStore][] = [
  ['in memory', (options) => new MemoryBlobStore(options)],
  ['in files', (options) => new FileBlobStore(folder, options)],
  ['of a page', (options) => new IndexedDbBlobStore('blobs', options)],
];

const bytes = (length: number, fill = 7): Uint8Array => new Uint8Array(length).fill(fill);
const DAY = 86_400_000;

describe.each(KINDS)('blobs %s', (_name, open) => {
  /** Which of these keys are there; looking counts as a use. */
  async function there(store: BlobStore, keys: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const key of keys) if (await store.get(key)) found.push(key);
    return found;
  }

  it('are what was put, until they are deleted or put anew', async () => {
    const store = open();
    expect(store).toBeInstanceOf(BlobStore);
    expect(await store.get('a')).toBeUndefined();
    await store.put('a', bytes(3));
    await store.put('b', bytes(0));
    expect([await store.get('a'), await store.get('b')]).toEqual([bytes(3), bytes(0)]);
    await store.put('a', bytes(2, 1));
    expect(await store.get('a')).toEqual(bytes(2, 1));
    await store.delete('a');
    await store.delete('a');
    expect([await store.get('a'), await store.get('b')]).toEqual([undefined, bytes(0)]);
  });

  it('are copies: nobody writes to what is kept, and no buffer is kept for a part of it', async () => {
    const store = open();
    const buffer = bytes(1_000);
    const part = buffer.subarray(10, 13);
    await store.put('a', part);
    buffer.fill(0);
    const got = await store.get('a');
    expect(got).toEqual(bytes(3));
    got?.fill(9);
    expect(await store.get('a')).toEqual(bytes(3));
    expect((await store.get('a'))?.buffer.byteLength).toBe(3);
  });

  it.each([
    '../../../etc/passwd',
    '/etc/passwd',
    'a/../b',
    'C:\\x',
    '..',
    '.',
    '',
    'a\0b',
    'a\nb',
    'x'.repeat(1_000),
    '__proto__',
    'ä€😀',
    'CON',
  ])('have any key: %j', async (key) => {
    const store = open();
    await store.put('other', bytes(1));
    await store.put(key, bytes(5));
    expect(await store.get(key)).toEqual(bytes(5));
    expect(await store.get('other')).toEqual(bytes(1));
    await store.delete(key);
    expect(await store.get(key)).toBeUndefined();
  });

  it('are gone when they are too old, and so is what was there before', async () => {
    const clock = new VirtualClock();
    const store = open({ clock });
    await store.put('short', bytes(1), { maxAge: 1_000 });
    await store.put('long', bytes(1), { maxAge: DAY });
    await store.put('ever', bytes(1));
    await store.put('never', bytes(1));
    for (const maxAge of [0, -1, Number.NaN]) await store.put('never', bytes(1), { maxAge });
    expect(await there(store, ['short', 'long', 'ever', 'never'])).toEqual(['short', 'long', 'ever']);
    await clock.advance(1_000);
    expect(await there(store, ['short', 'long', 'ever'])).toEqual(['long', 'ever']);
    await clock.advance(DAY);
    expect(await there(store, ['short', 'long', 'ever'])).toEqual(['ever']);
  });

  it('make room: what is too old first, then what was not used for the longest time', async () => {
    const clock = new VirtualClock();
    const store = open({ clock, maxBytes: 1_000_000 });
    for (const key of ['a', 'b', 'c', 'd']) {
      await store.put(key, bytes(100_000), key === 'd' ? { maxAge: 30 * DAY } : {});
      await clock.advance(DAY);
    }
    await store.get('a');
    await clock.advance(DAY);
    await store.trim(320_000);
    expect(await there(store, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c', 'd']);
    await clock.advance(30 * DAY);
    // That one alone is gone, though it was used last.
    await store.trim(250_000);
    expect(await there(store, ['a', 'b', 'c', 'd'])).toEqual(['a', 'c']);
    await store.trim(0);
    expect(await there(store, ['a', 'b', 'c', 'd'])).toEqual([]);
  });

  it('are bounded in bytes and in number; what is too large is not kept, and nor is what it was to replace', async () => {
    const clock = new VirtualClock();
    const bounds = { clock, maxBytes: 1_000_000, maxEntries: 50 };
    const store = open(bounds);
    const keys = Array.from({ length: 40 }, (_, index) => `k${index}`);
    for (const key of keys) {
      await store.put(key, bytes(100_000));
      await clock.advance(DAY);
    }
    const large = await there(store, keys);
    expect(large.length).toBeLessThanOrEqual(11);
    expect(large.length).toBeGreaterThanOrEqual(7);
    expect(large.at(-1)).toBe('k39');
    const small = Array.from({ length: 200 }, (_, index) => `s${index}`);
    for (const key of small) {
      await store.put(key, bytes(1));
      await clock.advance(DAY);
    }
    const left = await there(store, [...keys, ...small]);
    expect(left.length).toBeLessThanOrEqual(57);
    expect(left.length).toBeGreaterThanOrEqual(40);
    expect(left.at(-1)).toBe('s199');
    await store.put('s199', bytes(300_000));
    expect(await store.get('s199')).toBeUndefined();
  });

  it('have keys that count as well', async () => {
    const store = open({ maxBytes: 4_000 });
    await store.put('k'.repeat(1_200), bytes(1));
    expect(await store.get('k'.repeat(1_200))).toBeUndefined();
    await store.put('k', bytes(1));
    expect(await store.get('k')).toEqual(bytes(1));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5])(
    'have bounds that are numbers from 1, not %s',
    (bound) => {
      expect(() => open({ maxBytes: bound })).toThrow(ConfigError);
      expect(() => open({ maxEntries: bound })).toThrow(ConfigError);
    },
  );

  it('are never those of another key, whatever is done at once (seed 11)', async () => {
    const random = new SeededRandom(11);
    const clock = new VirtualClock();
    const stores = [open({ clock, maxBytes: 40_000 }), open({ clock, maxBytes: 40_000 })];
    const any = (count: number): number => Math.floor(random.fraction() * count);
    const work = Array.from({ length: 400 }, async () => {
      const store = stores[any(2)] as BlobStore;
      const number = any(20);
      const key = `key ${number}`;
      switch (any(8)) {
        case 0:
          return store.delete(key);
        case 1:
          return store.trim(20_000);
        case 2:
        case 3:
        case 4:
          return store.put(key, bytes(1_000 + any(3_000), number));
        default: {
          const found = await store.get(key);
          if (found) expect(new Set(found)).toEqual(new Set([number]));
        }
      }
    });
    await Promise.all(work);
  });
});

describe.each(KINDS.filter(([name]) => name !== 'in files'))('blobs %s', (_name, open) => {
  it('may be as large as a quarter of the bytes, with their key and what it takes to keep them', async () => {
    const store = open({ maxBytes: 4_000 });
    await store.put('key', bytes(1_000 - 200 - 2 * 3));
    expect(await store.get('key')).toHaveLength(794);
    await store.put('key', bytes(795));
    expect(await store.get('key')).toBeUndefined();
  });
});

describe('room for blobs', () => {
  const clock = new VirtualClock();
  const kept = (place: string, used: number, until?: number): KeptBlob<string> => ({ place, size: 10, used, until });
  const blobs = [kept('b', 2), kept('a', 1), kept('c', 3)];
  const bounds = (maxBytes: number, maxEntries: number): RoomBounds => ({ maxBytes, maxEntries });

  it('is made where there is more than may be, down to what is to be left', () => {
    const small = bounds(10, 1);
    expect(madeRoom(blobs, clock, bounds(30, 3), small)).toEqual({ gone: [], bytes: 30, count: 3 });
    expect(madeRoom(blobs, clock, bounds(29, 3), small)).toEqual({ gone: ['a', 'b'], bytes: 10, count: 1 });
    expect(madeRoom(blobs, clock, bounds(30, 2), small)).toEqual({ gone: ['a', 'b'], bytes: 10, count: 1 });
    expect(madeRoom(blobs, clock, bounds(30, 2), bounds(20, 3))).toEqual({ gone: ['a'], bytes: 20, count: 2 });
    expect(madeRoom(blobs, clock, bounds(30, 2), bounds(30, 2))).toEqual({ gone: ['a'], bytes: 20, count: 2 });
  });

  it('is made by what is too old alone, where that is enough', () => {
    const old = [...blobs, kept('old', 9, clock.now())];
    expect(madeRoom(old, clock, bounds(30, 3), bounds(10, 1))).toEqual({ gone: ['old'], bytes: 30, count: 3 });
    const young = [...blobs, kept('young', 9, clock.now() + 1)];
    expect(madeRoom(young, clock, bounds(30, 3), bounds(30, 3)).gone).toEqual(['a']);
  });

  it('is looked at again after an eighth of the bounds, and before where there is less', () => {
    const room = new Room({ clock, maxBytes: 800, maxEntries: 80 });
    expect(room.target).toEqual({ maxBytes: 700, maxEntries: 70 });
    // Nothing is known of what is there.
    expect(room.take(1)).toBe(false);
    room.found({ bytes: 0, count: 0 });
    expect([room.take(60), room.take(40), room.take(1)]).toEqual([true, true, false]);
    room.found({ bytes: 0, count: 0 });
    expect(Array.from({ length: 11 }, () => room.take(1)).indexOf(false)).toBe(10);
    room.found({ bytes: 790, count: 0 });
    expect([room.take(10), room.take(1)]).toEqual([true, false]);
    room.found({ bytes: 0, count: 79 });
    expect([room.take(1), room.take(1)]).toEqual([true, false]);
  });
});
