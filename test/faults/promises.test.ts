import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const TEST = /\[([^\]]*)\]\(\.\.\/([^)]*\.ts)\)/g;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Tests that a text names and that there are not. */
function missingIn(text: string): unknown[] {
  const named = [...text.matchAll(TEST)].map(([, title = '', file = '']) => ({ title, file }));
  expect(named.length).toBeGreaterThan(15);
  return named.filter(({ title, file }) => {
    const found = read(file).split('\n');
    return !found.some((line) => /^\s*(?:[\]})]+\(|it|describe|['`[])/.test(line) && line.includes(title));
  });
}

it('each promise of docs/reliability.md names tests that there are', () => {
  const text = read('docs/reliability.md');
  const promises = text.split('\n').filter((line) => /^\| (?!promise |---)/.test(line) && line.includes('.test.ts'));
  expect(promises.length).toBeGreaterThan(15);
  expect(missingIn(text)).toEqual([]);
});

describe('docs/threats.md', () => {
  const text = read('docs/threats.md');
  const rows = [...text.matchAll(/^\| ([TF]\d+) \| ([^|]+) \| ([^|]+) \|$/gm)];

  it('names tests that there are', () => {
    expect(missingIn(text)).toEqual([]);
  });

  it.each([
    ['T', 55],
    ['F', 32],
  ])('has each of the rows of %s, with a test or with why there is none yet', (letter, count) => {
    const own = rows.filter(([, number]) => number?.startsWith(letter));
    expect(own.map(([, number]) => number)).toEqual(Array.from({ length: count }, (_, at) => `${letter}${at + 1}`));
    const without = own.filter(([, , , held = '']) => !held.includes('](../') && !held.startsWith('There is no '));
    expect(without.map(([, number]) => number)).toEqual([]);
    // What there is none of yet stays the exception.
    expect(own.filter(([, , , held = '']) => held.startsWith('There is no ')).length).toBeLessThan(6);
  });
});
