import { describe, expect, it } from 'vitest';
import { faultsOf } from '../src/contents.js';
import { folderWith } from './fixtures.js';

const FILES = {
  LICENSE: '',
  'README.md': '',
  'package.json': JSON.stringify({ exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } } }),
  'dist/index.js': 'export {};\n//# sourceMappingURL=index.js.map\n',
  'dist/index.js.map': JSON.stringify({ sources: ['../src/index.ts'] }),
  'dist/index.d.ts': '',
  'src/index.ts': '',
};

/** What is wrong where some files are others, or with undefined are not there. */
function faultsWith(changes: Readonly<Record<string, string | undefined>>): string[] {
  const files = Object.entries({ ...FILES, ...changes }).filter(
    (file): file is [string, string] => file[1] !== undefined,
  );
  return faultsOf(folderWith(Object.fromEntries(files)));
}

describe('what npm gets of a package', () => {
  it('is the package, and nothing else', () => {
    expect(faultsWith({})).toEqual([]);
    expect(faultsWith({ 'CHANGELOG.md': '', 'node_modules/a/test/a.test.js': '' })).toEqual([]);
  });

  it.each([
    [{ 'README.md': undefined }, 'README.md is missing'],
    [{ 'dist/index.d.ts': undefined }, './dist/index.d.ts of `exports` is missing'],
    [{ 'test/laws.ts': '' }, 'test/laws.ts is of the tests'],
    [{ 'src/index.test.ts': '' }, 'src/index.test.ts is of the tests'],
    [{ 'dist/.tsbuildinfo': '' }, 'dist/.tsbuildinfo is of no use there'],
    [{ 'tsconfig.json': '' }, 'tsconfig.json is of no use there'],
    [{ 'dist/index.js': 'export {};\n' }, 'dist/index.js has no source map'],
    [{ 'dist/index.js.map': undefined }, 'dist/index.js has no source map'],
    [{ 'src/index.ts': undefined }, 'the source map of dist/index.js leads to ../src/index.ts, which is not there'],
  ])('is looked through: %j', (changes, fault) => {
    expect(faultsWith(changes)).toContain(fault);
  });
});
