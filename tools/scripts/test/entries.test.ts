import { describe, expect, it } from 'vitest';
import { entries } from '../lib/entries.mjs';

describe('the entries of a package', () => {
  it('are the modules that its exports and its own names lead to, each once', () => {
    const manifest = {
      exports: {
        '.': { '@sestina/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
        './again': './dist/index.js',
        './package.json': './package.json',
      },
      imports: { '#platform': { browser: { default: './dist/page.js' }, default: './dist/node.js' } },
    };
    expect(entries(manifest)).toEqual(['./dist/index.js', './dist/page.js', './dist/node.js']);
  });

  it('are none where there are none', () => {
    expect(entries({})).toEqual([]);
    expect(entries({ exports: { '.': null } })).toEqual([]);
  });
});
