import { describe, expect, it } from 'vitest';
import { LazyMap, LazySet } from '../src/lazy-tables.js';

describe('LazyMap', () => {
  it('is empty without a table', () => {
    const map = new LazyMap<string, number>();
    expect([map.size, map.has('a'), map.get('a'), map.delete('a')]).toEqual([0, false, undefined, false]);
    expect([[...map], [...map.keys()], [...map.values()]]).toEqual([[], [], []]);
    map.clear();
    expect(map.size).toBe(0);
  });

  it('does what a Map does, in the same order', () => {
    const map = new LazyMap<string, number>().set('a', 1).set('b', 2).set('a', 3);
    expect([...map]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect([map.delete('a'), map.delete('a'), map.size, [...map.keys()], [...map.values()]]).toEqual([
      true,
      false,
      1,
      ['b'],
      [2],
    ]);
  });

  it('ends what walks it when it is cleared', () => {
    const map = new LazyMap<string, number>().set('a', 1).set('b', 2);
    const seen: string[] = [];
    for (const [key] of map) {
      seen.push(key);
      map.clear();
    }
    expect([seen, map.size]).toEqual([['a'], 0]);
    expect([...map.set('c', 3)]).toEqual([['c', 3]]);
  });
});

describe('LazySet', () => {
  it('does what a Set does', () => {
    const set = new LazySet<string>();
    expect([set.size, set.has('a'), set.delete('a'), [...set]]).toEqual([0, false, false, []]);
    set.add('a').add('b').add('a');
    expect([set.size, set.has('a'), set.delete('a'), [...set]]).toEqual([2, true, true, ['b']]);
    set.clear();
    expect([set.size, [...set]]).toEqual([0, []]);
  });
});
