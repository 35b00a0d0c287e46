import { JID, MemoryStorage } from '@sestina/core';
import { expect, it } from 'vitest';
import { UnpublishedPlaces } from '../src/unpublished.js';

const KEY = 'xep-0490/juliet@capulet.com';
const place = (id: string, over?: string) => ({ id, archive: 'juliet@capulet.com', archiveId: 'a', over });

function places(storage = new MemoryStorage()) {
  const writes: string[] = [];
  const set = storage.set.bind(storage);
  storage.set = (key, value) => {
    writes.push(value);
    return set(key, value);
  };
  return { storage, writes, places: new UnpublishedPlaces(storage, JID.parse('juliet@capulet.com/chamber')) };
}

it('what is not published yet is kept for the account, and gone once it is', async () => {
  const { storage, writes, places: kept } = places();
  expect(await kept.read()).toEqual([]);
  await kept.write([]);
  const all = [place('a@b', 'o'), place('c@d')];
  await kept.write(all);
  await kept.write(all);
  expect([writes.length, await storage.keys('')]).toEqual([1, [KEY]]);
  expect(await places(storage).places.read()).toEqual(all);
  await kept.write([]);
  expect(await storage.keys('')).toEqual([]);
});

it('the last thousand are kept', async () => {
  const { storage, places: kept } = places();
  await kept.write(Array.from({ length: 1_001 }, (_, index) => place(`${index}@b`)));
  const found = await places(storage).places.read();
  expect([found.length, found[0]?.id, found.at(-1)?.id]).toEqual([1_000, '1@b', '1000@b']);
  await storage.set(KEY, JSON.stringify(Array.from({ length: 1_002 }, (_, index) => [`${index}@b`, 'x', 'y'])));
  expect((await places(storage).places.read()).map(({ id }) => id)[0]).toBe('2@b');
});

it.each([
  ['no JSON', '[['],
  ['no list', '{"0":["a@b","x","y"]}'],
  ['no lists in it', '[null,5,"text",{"0":"a@b"}]'],
  ['too few texts', '[["a@b","x"],["a@b"],[]]'],
  ['no texts', '[[1,"x","y"],["a@b",2,"y"],["a@b","x",3]]'],
  ['empty texts', '[["","x","y"],["a@b","","y"],["a@b","x",""]]'],
  ['a text that is too long', JSON.stringify([['a@b', 'x', 'y'.repeat(4_001)]])],
])('what cannot be read is left out: %s', async (_what, text) => {
  const { storage, places: kept } = places();
  await storage.set(KEY, text);
  expect(await kept.read()).toEqual([]);
});

it('what it was written over is left out where it is none', async () => {
  const { storage, places: kept } = places();
  const long = 'y'.repeat(4_000);
  await storage.set(
    KEY,
    JSON.stringify([
      ['a@b', 'x', long, null],
      ['c@d', 'x', 'y', ''],
      ['e@f', 'x', 'y', 'z'],
    ]),
  );
  expect((await kept.read()).map(({ archiveId, over }) => [archiveId, over])).toEqual([
    [long, undefined],
    ['y', undefined],
    ['y', 'z'],
  ]);
});
