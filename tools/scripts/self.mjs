// @ts-check
// The repository speaks of itself alone: no file names a place on the machine it happened to be written on.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { isMain, ROOT, report, repositoryFiles } from './lib/repo.mjs';

/** @import { Finding, SourceFile } from './lib/repo.mjs' */

const PLACES =
  /(?<![\w.~@:/-])(?:file:\/\/)?\/(?:work|root|home\/[\w.-]+|Users\/[\w.-]+|tmp\/(?:bash_jobs|brief)[\w.]*)(?:\/[\w.-]*)+/g;
const NEIGHBOUR = /(?<![\w./-])(?:\.\.\/)+shared(?:\/[\w./-]*)?/g;
const LARGEST = 2_000_000;

/**
 * @param {SourceFile[]} files
 * @param {(path: string) => boolean} exists whether a path relative to the root is there
 * @returns {Finding[]}
 */
export function checkSelf(files, exists) {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((content, index) => {
      const line = index + 1;
      const places = [...content.matchAll(PLACES)].map(([place]) => ({ path, line, message: `names ${place}` }));
      const neighbours = [...content.matchAll(NEIGHBOUR)]
        .map(([place]) => place)
        .filter((place) => {
          const target = relative(ROOT, resolve(ROOT, dirname(path), place));
          return target.startsWith('..') || ![target, target.replace(/\.js$/, '.ts')].some(exists);
        })
        .map((place) => ({ path, line, message: `names ${place}, which is not in the repository` }));
      return [...places, ...neighbours];
    }),
  );
}

if (isMain(import.meta.url)) {
  const files = repositoryFiles()
    .filter((path) => statSync(join(ROOT, path)).isFile() && statSync(join(ROOT, path)).size <= LARGEST)
    .map((path) => ({ path, bytes: readFileSync(join(ROOT, path)) }))
    .filter(({ bytes }) => !bytes.includes(0))
    .map(({ path, bytes }) => ({ path, text: bytes.toString('utf8') }));
  report(checkSelf(files, (path) => existsSync(join(ROOT, path))));
}
