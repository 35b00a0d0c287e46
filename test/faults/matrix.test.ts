import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Kinds of faults are numbered; 29 is of a transport that there is not (XEP-0124). */
const NUMBERS = Array.from({ length: 32 }, (_, at) => at + 1).filter((number) => number !== 29);
const ROOT = new URL('../..', import.meta.url).pathname;
const TITLE = /(?:\bit|\bdescribe|\))(?:\.each)?\(\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`)/g;
/** The numbers that a title begins with, or a row of a table of titles. */
const BEGINS = /^(F\d+(?:, F\d+)*): /;
const ROW = /^\s+\[?'(F\d+(?:, F\d+)*): /gm;

function numbersIn(text: string): number[] {
  const titles = [...text.matchAll(TITLE)].map(([, quoted, template]) => quoted ?? template ?? '');
  const found = [
    ...titles.flatMap((title) => BEGINS.exec(title)?.[1] ?? []),
    ...[...text.matchAll(ROW)].map(([, numbers]) => numbers ?? ''),
  ];
  return found.flatMap((numbers) => numbers.split(', ').map((number) => Number(number.slice(1))));
}

/** The test files of the repository. */
function testFiles(): string[] {
  const packages = ['packages', 'plugins', 'tools'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(folder, name, 'test')),
  );
  return [...packages, 'test']
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(ROOT, folder, `${name}`)),
    )
    .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'));
}

it('each kind of fault has a test that is named after it, and no test is named after one that there is not', () => {
  const found = new Set(testFiles().flatMap((file) => numbersIn(readFileSync(file, 'utf8'))));
  expect([...found].sort((a, b) => a - b)).toEqual(NUMBERS);
});
