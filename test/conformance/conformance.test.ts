import { describe, expect, it } from 'vitest';
import { claims, elementsOf } from './claims.js';
import { falls, type Row } from './table.js';

describe('the table', () => {
  const row: Row = {
    xep: '0000',
    version: '1.0',
    examples: { read: 3, passed: 3, excused: 0, typed: 2 },
    schema: { checked: 2, valid: 2, excused: 0 },
    laws: { tried: 9, kept: 9 },
  };

  it('notes a fall, and none where more is right than before', () => {
    expect(falls({ a: row }, { a: row })).toEqual([]);
    expect(falls({ a: row }, { a: { ...row, examples: { ...row.examples, read: 4, passed: 4 } } })).toEqual([]);
    const fallen = { ...row, examples: { ...row.examples, passed: 2 }, laws: { tried: 9, kept: 8 } };
    expect(falls({ a: row }, { a: fallen })).toEqual([
      'a: examples that passed: 2, and were 3',
      'a: laws that it keeps: 8, and were 9',
    ]);
    const unsent = { ...row, schema: { checked: 0, valid: 0, excused: 0 } };
    expect(falls({ a: row }, { a: unsent })).toHaveLength(1);
    expect(falls({ a: row }, { a: unsent }, false)).toEqual([]);
    expect(falls({}, { a: row })).toHaveLength(1);
  });
});

it('finds what every package claims, and its elements', async () => {
  const all = claims();
  expect(all.length).toBeGreaterThan(20);
  for (const { folder, xep } of all) expect(folder).toBe(`xep-${xep}`);
  const found = await elementsOf('xep-0092');
  expect(found.map(({ tag }) => tag)).toEqual(['query', 'query']);
});
