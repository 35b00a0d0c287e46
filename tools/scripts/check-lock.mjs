// @ts-check
// `npm install` writes a lock file without an optional platform package that the registry lacks, and `npm ci` then
// refuses that very file. Also: the lock file must know the same workspaces and ranges as the package.json files.
import { isMain, ROOT, readJson, report, workspaces } from './lib/repo.mjs';

/** @import { Finding, Workspace } from './lib/repo.mjs' */

/**
 * @typedef {object} Locked
 * @property {string} [version]
 * @property {string} [resolved]
 * @property {boolean} [link]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

const KINDS = /** @type {const} */ (['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']);

/** Where Node would look for `name` from `from`, nearest first. @param {string} from @param {string} name */
function* places(from, name) {
  let base = from;
  while (base !== '') {
    yield `${base}/node_modules/${name}`;
    const up = base.lastIndexOf('/node_modules/');
    base = up < 0 ? '' : base.slice(0, up);
  }
  yield `node_modules/${name}`;
}

/** @param {{ [key: string]: string } | undefined} a @param {{ [key: string]: string } | undefined} b */
function differ(a = {}, b = {}) {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}

/**
 * @param {Record<string, Locked>} locked the lock file's `packages`
 * @param {Workspace[]} all with the root as `''`
 * @returns {Finding[]}
 */
export function checkLock(locked, all) {
  /** @type {string[]} */
  const messages = [];
  for (const [from, entry] of Object.entries(locked)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if ([...places(from, name)].some((place) => locked[place])) continue;
      messages.push(`${name}, optional for ${from}, is missing: \`npm ci\` will refuse; pin a version that has it`);
    }
    if (entry.resolved && !entry.link && !entry.resolved.startsWith('https://registry.npmjs.org/')) {
      messages.push(`${from} comes from ${entry.resolved}`);
    }
  }
  for (const { dir, manifest } of all) {
    const entry = locked[dir];
    if (!entry) {
      messages.push(`${dir} is missing: run \`npm install\``);
      continue;
    }
    const names = KINDS.flatMap((kind) => differ(entry[kind], manifest[kind]));
    if (names.length > 0) messages.push(`${dir || 'the root'} differs in ${names.join(', ')}: run \`npm install\``);
    if (dir && entry.version !== manifest.version) messages.push(`${dir} has another version: run \`npm install\``);
  }
  return messages.map((message) => ({ path: 'package-lock.json', message }));
}

if (isMain(import.meta.url)) {
  const all = [{ dir: '', manifest: readJson(`${ROOT}/package.json`) }, ...workspaces()];
  report(checkLock(readJson(`${ROOT}/package-lock.json`).packages, all));
}
