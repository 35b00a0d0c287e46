import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copiesIn, expectOneOfEach } from '../src/tree.js';
import { folderWith } from './fixtures.js';

/** package.json files, by the path of their folder. */
const tree = (...paths: readonly string[]): string =>
  folderWith(
    Object.fromEntries(
      paths.map((path) => {
        const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
        return [`${path}/package.json`, JSON.stringify({ name })];
      }),
    ),
  );

const CORE = 'node_modules/@sestina/core';

describe('the packages of a folder', () => {
  it('are one of each', () => {
    const folder = tree(
      CORE,
      'node_modules/@sestina/client',
      'node_modules/other',
      'node_modules/a/node_modules/other',
    );
    expectOneOfEach(folder);
    expect([...copiesIn(folder).keys()].sort()).toEqual(['@sestina/client', '@sestina/core']);
  });

  it('are too many where a package brings its own, however deep', () => {
    for (const deep of ['node_modules/a/', 'node_modules/@b/c/node_modules/d/', 'node_modules/@sestina/client/']) {
      expect(() => expectOneOfEach(tree(CORE, deep + CORE)), deep).toThrow('there are 2 of @sestina/core');
    }
  });

  it('are found where pnpm has them, and counted once for all links', () => {
    const at = (version: string) => `node_modules/.pnpm/@sestina+core@${version}/${CORE}`;
    const one = tree(at('0.2.0'));
    mkdirSync(join(one, 'node_modules/@sestina'));
    symlinkSync(join(one, at('0.2.0')), join(one, CORE));
    expectOneOfEach(one);
    expect(() => expectOneOfEach(tree(at('0.2.0'), at('0.3.0')))).toThrow('there are 2 of @sestina/core');
  });

  it('lack core where nobody installed it', () => {
    expect(() => expectOneOfEach(tree('node_modules/@sestina/client'))).toThrow('there is no core');
  });
});
