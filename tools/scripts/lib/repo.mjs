// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * @typedef {Record<string, string>} Ranges
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Ranges} [dependencies]
 * @property {Ranges} [devDependencies]
 * @property {Ranges} [peerDependencies]
 * @property {Ranges} [optionalDependencies]
 * @property {Record<string, unknown>} [exports]
 * @property {{ inlined?: string[], joined?: boolean }} [sestina] How `dist` is made: see bundle.mjs.
 *
 * @typedef {{ dir: string, manifest: Manifest }} Workspace `dir` is relative to the root, with forward slashes.
 * @typedef {{ path: string, line?: number, message: string }} Finding
 * @typedef {{ path: string, text: string }} SourceFile
 */

/** @param {string} path @returns {any} */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Every workspace that the root package.json names. @returns {Workspace[]} */
export function workspaces(root = ROOT) {
  /** @type {string[]} */
  const patterns = readJson(join(root, 'package.json')).workspaces;
  return patterns
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      if (!existsSync(join(root, parent))) return [];
      return readdirSync(join(root, parent))
        .sort()
        .map((name) => `${parent}/${name}`);
    })
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .map((dir) => ({ dir, manifest: readJson(join(root, dir, 'package.json')) }));
}

/** The packages that `tsc -b` builds and npm gets. @param {Workspace[]} all */
export function publishable(all = workspaces()) {
  return all.filter(({ dir, manifest }) => /^(packages|plugins)\//.test(dir) && !manifest.private);
}

/** Paths, relative to the root, of the files that are or could be committed. @returns {string[]} */
export function repositoryFiles(root = ROOT) {
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return [...new Set(list.split('\0'))].filter((path) => path && existsSync(join(root, path))).sort();
}

/** Every TypeScript file of the given workspaces, and of a folder in each where one is named. @returns {SourceFile[]} @param {Workspace[]} all @param {string} [folder] */
export function typescript(all, folder = '', root = ROOT) {
  return all.flatMap(({ dir }) => {
    const base = join(root, dir, folder);
    if (!existsSync(base)) return [];
    return walk(base)
      .filter((path) => /\.[cm]?ts$/.test(path))
      .map((path) => ({
        path: [dir, folder, path].filter(Boolean).join('/'),
        text: readFileSync(join(base, path), 'utf8'),
      }));
  });
}

/** @param {string} folder @returns {string[]} */
function walk(folder) {
  return readdirSync(folder)
    .sort()
    .filter((name) => !name.startsWith('.') && !['node_modules', 'dist', 'coverage'].includes(name))
    .flatMap((name) =>
      statSync(join(folder, name)).isDirectory() ? walk(join(folder, name)).map((path) => `${name}/${path}`) : [name],
    );
}

/** Whether a script was started itself rather than imported. @param {string} url its `import.meta.url` */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Prints the findings and makes the process exit non-zero where there are any. @param {Finding[]} findings */
export function report(findings) {
  for (const { path, line, message } of findings) {
    console.error(`${line === undefined ? path : `${path}:${line}`}  ${message}`);
  }
  if (findings.length > 0) process.exitCode = 1;
}
