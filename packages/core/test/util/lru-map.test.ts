import { describe, expect, it } from 'vitest';
import { LruMap } from '../../src/util/index.js';
import { Seeded } from '../helpers/seeded.js';

const random = new Seeded();

describe('LruMap', () => {
  it('forgets what was used longest ago, and says so', () => {
    const dropped: [string, number][] = [];
    const map = new LruMap<string, number>({ maxEntries: 2, dropped: (key, value) => dropped.push([key, value]) });
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.peek('b');
    map.set('c', 3);
    expect([...map.keys()]).toEqual(['a', 'c']);
    expect(dropped).toEqual([['b', 2]]);
  });

  it('does not keep what is too large, nor what stood there before', () => {
    const map = new LruMap<string, string>({ maxEntries: 9, maxBytes: 10, maxValueBytes: 4, sizeOf: (v) => v.length });
    expect(map.set('a', 'abcd')).toBe(true);
    expect(map.set('a', 'abcde')).toBe(false);
    expect([map.size, map.bytes, map.get('a')]).toEqual([0, 0, undefined]);
  });

  it('keeps values that are undefined', () => {
    const map = new LruMap<string, undefined>({ maxEntries: 2 });
    map.set('a', undefined);
    expect([map.has('a'), map.size]).toEqual([true, 1]);
  });

  it('counts the characters of keys and texts where nobody says how large they are', () => {
    const map = new LruMap<string, string | number>({ maxEntries: 9_999 });
    map.set('k'.repeat(1_000), 'v'.repeat(1_000));
    expect(map.bytes).toBeGreaterThanOrEqual(4_000);
    expect(map.bytes).toBeLessThan(4_500);
    for (let i = 0; i < 1_000; i++) map.set(`${i}${'k'.repeat(2_000)}`, i);
    expect(map.bytes).toBeLessThanOrEqual(1_048_576);
    expect(map.size).toBeGreaterThan(200);
  });

  it('lets strangers make room before anybody else, and none of them takes the place of another one', () => {
    const dropped: string[] = [];
    const map = new LruMap<string, number>({
      maxEntries: 3,
      isStranger: (value) => value < 0,
      dropped: (key) => dropped.push(key),
    });
    for (const [key, value] of [
      ['s', -1],
      ['a', 1],
      ['t', -2],
      ['b', 2],
    ] as const)
      map.set(key, value);
    map.get('t');
    map.set('c', 3);
    expect([[...map.keys()], dropped]).toEqual([
      ['a', 'b', 'c'],
      ['s', 't'],
    ]);
    expect(map.set('u', -3)).toBe(false);
    expect([[...map.keys()], dropped]).toEqual([
      ['a', 'b', 'c'],
      ['s', 't', 'u'],
    ]);
    map.set('d', 4);
    expect([...map.keys()]).toEqual(['b', 'c', 'd']);
  });

  it('makes room for what stands beside it', () => {
    const map = new LruMap<string, string>({ maxEntries: 9, maxBytes: 10, sizeOf: (value) => value.length });
    for (const key of ['a', 'b', 'c']) map.set(key, 'xxx');
    map.reserved += 4;
    expect([[...map.keys()], map.bytes, map.reserved]).toEqual([['b', 'c'], 6, 4]);
    map.reserved = 20;
    expect([map.size, map.set('d', 'x')]).toEqual([0, false]);
    map.reserved = 0;
    expect(map.set('d', 'x')).toBe(true);
  });

  it('tells of what it drops while it may be written to', () => {
    const map: LruMap<string, number> = new LruMap<string, number>({
      maxEntries: 2,
      dropped: (key, value) => {
        if (value < 3) map.set(`${key}'`, value + 10);
      },
    });
    for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index);
    expect(map.size).toBe(2);
    expect([...map.keys()].every((key) => map.peek(key) !== undefined)).toBe(true);
  });

  it(`does what a slow model does (SEED=${random.seed})`, () => {
    const [maxEntries, maxBytes, maxValueBytes] = [random.int(1, 6), random.int(5, 40), random.int(5, 40)];
    const map = new LruMap<number, string>({ maxEntries, maxBytes, maxValueBytes, sizeOf: (value) => value.length });
    // The least recently used one first.
    let model: [key: number, value: string][] = [];
    const without = (key: number) => model.filter(([other]) => other !== key);
    const bytes = () => model.reduce((sum, [, value]) => sum + value.length, 0);
    for (let step = 0; step < 2_000; step++) {
      const key = random.int(0, 9);
      const known = model.find(([other]) => other === key);
      switch (random.pick(['set', 'set', 'set', 'get', 'peek', 'delete', 'clear'] as const)) {
        case 'set': {
          const value = 'x'.repeat(random.int(0, 12));
          model = without(key);
          const fits = value.length <= Math.min(maxBytes, maxValueBytes);
          if (fits) model.push([key, value]);
          while (model.length > maxEntries || bytes() > maxBytes) model.shift();
          expect(map.set(key, value)).toBe(fits);
          break;
        }
        case 'get':
          if (known) model = [...without(key), known];
          expect(map.get(key)).toBe(known?.[1]);
          break;
        case 'peek':
          expect(map.peek(key)).toBe(known?.[1]);
          break;
        case 'delete':
          model = without(key);
          expect(map.delete(key)).toBe(known !== undefined);
          break;
        case 'clear':
          if (random.int(0, 20) > 0) break;
          model = [];
          map.clear();
      }
      expect([...map.keys()]).toEqual(model.map(([other]) => other));
      expect([map.size, map.bytes]).toEqual([model.length, bytes()]);
    }
  });
});
