import { describe, expect, it } from 'vitest';
import {
  checkCircles,
  checkEntries,
  checkFloors,
  checkSizes,
  codeLinesOf,
  exportedNames,
  linesOf,
  MOST_IN_CORE,
  MOST_LINES,
  median,
} from '../limits.mjs';
import { file } from './fixtures.js';

const long = (path: string, lines: number) => ({ path, text: 'x;\n'.repeat(lines) });
const paths = (findings: { path: string }[]) => findings.map(({ path }) => path);

describe('the size of a file', () => {
  it('is counted in lines, with or without a line end at its end', () => {
    expect([linesOf('a\nb\n'), linesOf('a\nb'), linesOf('')]).toEqual([2, 2, 1]);
  });

  it('has a limit, tests and tools too, and data none', () => {
    const files = [
      long('packages/xml/src/a.ts', MOST_LINES),
      long('packages/xml/src/b.ts', MOST_LINES + 1),
      long('tools/bench/src/c.ts', MOST_LINES + 1),
      long('test/d.test.ts', MOST_LINES + 1),
      long('packages/xml/test/fixtures/e.ts', MOST_LINES + 1),
    ];
    expect(paths(checkSizes(files))).toEqual(['packages/xml/src/b.ts', 'tools/bench/src/c.ts', 'test/d.test.ts']);
  });
});

describe('the size of core', () => {
  it('is that of all its sources', () => {
    const full = Array.from({ length: MOST_IN_CORE / 100 }, (_, i) => long(`packages/core/src/${i}.ts`, 100));
    expect(checkSizes([...full, long('packages/core/test/a.test.ts', 100)])).toEqual([]);
    expect(checkSizes([...full, long('packages/core/src/more.ts', 1)])).toMatchObject([{ path: 'packages/core/src/' }]);
  });

  it('is that of its code: explaining it does not make it larger', () => {
    expect(codeLinesOf('/**\n * Why.\n */\n\nconst a = 1; // so\n// then\nexport { a };\n')).toBe(2);
  });
});

it('the median of an even number is between the two in the middle', () => {
  expect([median([9, 1, 5]), median([4, 1, 9, 2]), median([])]).toEqual([5, 3, 0]);
});

describe('circles', () => {
  it('are found where types alone are imported, across folders, and told once', () => {
    const files = [
      file('p/a.ts', '', "import type { B } from './deep/b.js';"),
      file('p/deep/b.ts', "let c: import('./c.js').C;"),
      file('p/deep/c.ts', "export { a } from '../a.js';"),
      file('p/d.ts', "import { a } from './a.js';"),
    ];
    expect(checkCircles(files)).toEqual([
      { path: 'p/a.ts', line: 2, message: 'imports itself by way of deep/b.ts and deep/c.ts' },
    ]);
  });

  it('are each told', () => {
    const files = [
      file('a.ts', "import './b.js';"),
      file('b.ts', "import './a.js';"),
      file('c.ts', "import './d.js'; import './a.js';"),
      file('d.ts', "import './c.js';"),
    ];
    expect(paths(checkCircles(files))).toEqual(['a.ts', 'c.ts']);
  });

  it('are not where two import the same, nor across packages', () => {
    const files = [
      file('a.ts', "import './b.js'; import './c.js';"),
      file('b.ts', "import './d.js';"),
      file('c.ts', "import './d.js'; // import './a.js'"),
      file('d.ts', "import '@sestina/core'; import '../elsewhere.js';"),
    ];
    expect(checkCircles(files)).toEqual([]);
  });
});

describe('the floors of core', () => {
  const entries = new Set(['packages/core/src/index.ts']);
  const check = (from: string, to: string) =>
    checkFloors(
      [
        file(`packages/core/src/${from}`, `import type { A } from '${to}';`),
        file('packages/core/src/jid/jid.ts'),
      ].concat(['errors.ts', 'stream/a.ts', 'xmpp/a.ts', 'index.ts'].map((path) => file(`packages/core/src/${path}`))),
      entries,
    );

  it.each([
    ['jid/a.ts', '../stream/a.js'],
    ['stanza/a.ts', '../stream/a.js'],
    ['stream/b.ts', '../xmpp/a.js'],
    ['services/a.ts', '../jid/jid.js'],
    ['registration.ts', './jid/jid.js'],
    ['xmpp/b.ts', '../index.js'],
  ])('%s may not import %s', (from, to) => {
    expect(check(from, to)).toMatchObject([{ path: `packages/core/src/${from}`, line: 1 }]);
  });

  it.each([
    ['jid/a.ts', './jid.js'],
    ['stream/b.ts', '../jid/jid.js'],
    ['xmpp/b.ts', '../stream/a.js'],
    ['xmpp/deep/b.ts', '../../errors.js'],
    ['index.ts', './xmpp/a.js'],
    ['registration.ts', './errors.js'],
  ])('%s may import %s', (from, to) => {
    expect(check(from, to)).toEqual([]);
  });

  it('have a place for every folder', () => {
    expect(paths(checkFloors([file('packages/core/src/new/a.ts')], entries))).toEqual(['packages/core/src/new/a.ts']);
  });
});

it('the names of a module are those it declares, lists, renames and passes on', () => {
  const sources: Record<string, string> = {
    'a/index.ts': [
      "export * from './b.js';",
      "export * as ns from './b.js';",
      "export { c, type D, e as f } from './c.js';",
      "export type { G } from './c.js';",
      "export * from 'other';",
      "// export { no } from './c.js';",
      'export abstract class H {}',
      'export async function i(): Promise<void> {}',
    ].join('\n'),
    'a/b.ts': 'export const j = 1;\nexport interface K {}\nconst notExported = 2;',
    'other/index.ts': 'export function l() {}\nexport type M = string;\nexport declare class N {}',
  };
  const names = exportedNames(
    'a/index.ts',
    (path) => sources[path] ?? '',
    (name) => (name === 'other' ? 'other/index.ts' : undefined),
  );
  expect([...names].sort()).toEqual(['D', 'G', 'H', 'K', 'M', 'N', 'c', 'f', 'i', 'j', 'l', 'ns'].sort());
});

it('an entry lists its names, and each has one place', () => {
  const files = [file('a.ts', '', "export * from './c.js';"), file('b.ts', "export { x, type y } from './c.js';")];
  const sources: Record<string, string> = {
    'a.ts': files[0]?.text ?? '',
    'b.ts': files[1]?.text ?? '',
    'c.ts': 'export const x = 1;',
  };
  expect(
    checkEntries(
      files,
      (path) => sources[path] ?? '',
      () => undefined,
    ),
  ).toEqual([
    { path: 'a.ts', line: 2, message: 'passes on whatever another file exports: list the names' },
    { path: 'b.ts', message: 'exports x, which is in a.ts already' },
  ]);
});
