import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@sestina/scripts/repo';
import { describe, expect, it } from 'vitest';
import { PROOFS } from '../src/proofs/index.js';
import { tableOf, tablesIn, withTables } from '../src/table.js';
import { versionOf } from '../src/tools.js';

const PAGE = readFileSync(join(ROOT, 'docs/runtimes.md'), 'utf8');

describe('docs/runtimes.md', () => {
  it('says what the stage shows, no more and no less', () => {
    expect(tablesIn(PAGE), 'npm run runtimes -- --write').toBe(tableOf(PROOFS));
  });

  it('keeps everything else where its tables are written again', () => {
    expect(withTables(PAGE, tablesIn(PAGE))).toBe(PAGE);
    expect(withTables(withTables(PAGE, '\nother\n'), tablesIn(PAGE))).toBe(PAGE);
  });

  it('is refused where it has no place for them', () => {
    expect(() => tablesIn('# A page\n')).toThrow('no lines');
  });
});

describe('the tools', () => {
  it('have one version each', () => {
    for (const { packages } of PROOFS.map(({ tool }) => tool)) {
      for (const spec of packages) expect(spec).toMatch(/^(@[\w-]+\/)?[\w-]+@\d+\.\d+\.\d+$/);
    }
  });

  it('are told apart by name and version, and what is shown with one by its words', () => {
    const seen = PROOFS.map(({ tool, what }) => `${tool.title} ${versionOf(tool)}: ${what}`);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
