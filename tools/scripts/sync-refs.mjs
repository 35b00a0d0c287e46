// @ts-check
// Project references follow package.json: a forgotten one is no error for tsc, it only builds in the wrong order.
// `--check` changes nothing and exits non-zero where a file is out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isMain, publishable, ROOT, readJson, report } from './lib/repo.mjs';

/** @import { Finding, Workspace } from './lib/repo.mjs' */

/**
 * The folders a package is built after: its dependencies and peer dependencies among `all`.
 * @param {Workspace} workspace
 * @param {Workspace[]} all
 */
export function references({ dir, manifest }, all) {
  const needed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  return all
    .filter((other) => needed.has(other.manifest.name))
    .map((other) => posix.relative(dir, other.dir))
    .sort();
}

/** @param {unknown} value */
const format = (value) => `${JSON.stringify(value, null, 2)}\n`;
/** @param {string[]} paths */
const toReferences = (paths) => paths.map((path) => ({ path }));

/** Path and wanted text of every file that has references. @param {Workspace[]} all @returns {{ path: string, text: string }[]} */
export function wanted(all, root = ROOT) {
  return all.map((workspace) => {
    const path = `${workspace.dir}/tsconfig.json`;
    const config = readJson(join(root, path));
    return { path, text: format({ ...config, references: toReferences(references(workspace, all)) }) };
  });
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

if (isMain(import.meta.url)) {
  const stale = wanted(publishable()).filter(({ path, text }) => read(join(ROOT, path)) !== text);
  if (process.argv.includes('--check')) {
    const message = 'references are out of date: run `npm run sync-refs`';
    report(stale.map(({ path }) => ({ path, message })));
  } else {
    for (const { path, text } of stale) writeFileSync(join(ROOT, path), text);
    console.log(`${stale.length} file(s) changed`);
  }
}
