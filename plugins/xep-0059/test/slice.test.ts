import type { StanzaError } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { ResultSet, slice } from '../src/index.js';

const ITEMS = ['a', 'b', 'c', 'd', 'e'];
const cut = (request?: object, limit?: number) => {
  const { items, set } = slice(ITEMS, request && new ResultSet(request as never), (item) => item, limit);
  return [items.join(''), set.first, set.firstIndex, set.last, set.count];
};

describe('a part of our own list', () => {
  it('is what was asked for, and says where it is', () => {
    expect(cut()).toEqual(['abcde', 'a', 0, 'e', 5]);
    expect(cut({ max: 2 })).toEqual(['ab', 'a', 0, 'b', 5]);
    expect(cut({ max: 2, after: 'b' })).toEqual(['cd', 'c', 2, 'd', 5]);
    expect(cut({ max: 2, before: 'd' })).toEqual(['bc', 'b', 1, 'c', 5]);
    expect(cut({ max: 2, before: '' })).toEqual(['de', 'd', 3, 'e', 5]);
    expect(cut({ max: 9, index: 3 })).toEqual(['de', 'd', 3, 'e', 5]);
  });

  it('is empty where nothing is left, or only the count is asked for', () => {
    for (const request of [{ after: 'e' }, { before: 'a' }, { index: 5 }, { max: 0 }]) {
      expect(cut(request)).toEqual(['', undefined, undefined, undefined, 5]);
    }
  });

  it('is no longer than we allow', () => {
    expect(cut({ max: 1_000 } as never, 3)[0]).toBe('abc');
    expect(cut({ max: 1_000, before: '' } as never, 3)[0]).toBe('cde');
    const many = Array.from({ length: 101 }, (_, i) => `${i}`);
    expect(slice(many, undefined, (item) => item).items).toHaveLength(100);
  });

  it('is refused for an item that is not there, and for two at once', () => {
    const condition = (request: object): unknown => {
      try {
        return cut(request);
      } catch (error) {
        return (error as StanzaError).condition;
      }
    };
    expect(condition({ after: 'x' })).toBe('item-not-found');
    expect(condition({ before: 'x' })).toBe('item-not-found');
    expect(condition({ before: 'b', after: 'a' })).toBe('bad-request');
  });
});
