import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Budgets, judge } from '../src/size/budgets.js';
import { bundle } from '../src/size/bundle.js';

const budgets: Budgets = { whole: { budget: 32, ceiling: 60 }, strict: { budget: 5 }, plugin: { budget: 4 } };
const row = (name: string, kilobytes: number) => ({ name, minified: 0, gzipped: kilobytes * 1_024 });
const from = import.meta.dirname;

describe('a row of the size table', () => {
  it.each([
    ['whole', 32, 'met'],
    ['whole', 32.1, 'MISSED'],
    ['whole', 60, 'MISSED'],
    ['whole', 60.1, 'OVER THE CEILING'],
    ['strict', 5, 'met'],
    ['strict', 5.1, 'OVER THE CEILING'],
    ['@sestina/xep-9999', 4, 'met'],
    ['@sestina/xep-9999', 4.1, 'OVER THE CEILING'],
    ['something else', 1_000, ''],
  ])('%s with %d KB is "%s"', (name, kilobytes, verdict) => {
    expect(judge(row(name, kilobytes), budgets)).toBe(verdict);
  });

  it('has no ceiling below its budget', async () => {
    const file = new URL('../budgets.json', import.meta.url);
    for (const [name, { budget, ceiling = budget }] of Object.entries(
      JSON.parse(await readFile(file, 'utf8')) as Budgets,
    )) {
      expect(ceiling, name).toBeGreaterThanOrEqual(budget);
    }
  });
});

describe('what a bundle weighs', () => {
  it('is what is loaded with it, and apart from that what import() loads', async () => {
    const { minified, gzipped, later, files } = await bundle(
      "export const now = 'x'.repeat(9); export const more = () => import('../src/harness/stats.ts');",
      { from },
    );
    expect(Object.keys(files).join()).not.toContain('stats');
    expect(later).toEqual([expect.objectContaining({ name: 'stats.ts' })]);
    for (const bytes of [minified, gzipped, later[0]?.minified]) expect(bytes).toBeGreaterThan(20);
  });
});
