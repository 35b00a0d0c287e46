// @ts-check
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../lib/repo.mjs';
import { run } from '../lib/run.mjs';
import { filesIn } from './files.mjs';
import { shouldIgnore } from './ignored.mjs';

/**
 * @typedef {{ sources: Record<string, string>, changes: import('./report.mjs').Change[], texts: Record<string, string> }} Instrumented `sources`: by path, with
 *   every change in it, of which one at most is active; `texts`: as they are.
 * @typedef {{ start: { line: number, column: number }, end: { line: number, column: number } }} Range Lines from 0.
 */

// Not in package.json: 60 packages that hardly anybody needs.
const INSTRUMENTER = '@stryker-mutator/instrumenter';
const VERSION = '9.5.1';
const RANGE = /^(.+):(\d+)-(\d+)$/;

/** Installs what makes the changes. @param {string} folder @returns {Promise<boolean>} */
export async function installInstrumenter(folder) {
  const quiet = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  return (await run('npm', ['install', ...quiet, `${INSTRUMENTER}@${VERSION}`])).ok;
}

/** @param {string} path @param {readonly string[] | undefined} lines @returns {boolean | Range[]} */
function changed(path, lines) {
  if (!lines) return true;
  const ranges = lines.flatMap((line) => {
    const [, file, first, last] = RANGE.exec(line) ?? [];
    if (file !== path) return [];
    return [{ start: { line: Number(first) - 1, column: 0 }, end: { line: Number(last), column: 0 } }];
  });
  return ranges.length > 0 && ranges;
}

/**
 * Puts the changes into the sources of a folder.
 * @param {string} tools Where the instrumenter was installed.
 * @param {string} dir
 * @param {readonly string[] | undefined} lines `path:first-last`, where not all of them are changed.
 * @returns {Promise<Instrumented>}
 */
export async function instrument(tools, dir, lines) {
  const { Instrumenter } = await import(
    pathToFileURL(join(tools, 'node_modules', INSTRUMENTER, 'dist/src/index.js')).href
  );
  const nothing = () => {};
  const logger = { isDebugEnabled: () => false, debug: nothing, info: nothing, warn: nothing, error: console.error };
  const texts = Object.fromEntries(
    filesIn(`${dir}/src`, '.ts').map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
  );
  const { files, mutants } = await new Instrumenter(logger).instrument(
    Object.entries(texts).map(([name, content]) => ({ name, content, mutate: changed(name, lines) })),
    { ignorers: [{ shouldIgnore }], excludedMutations: [], noHeader: false, plugins: null },
  );
  return {
    texts,
    sources: Object.fromEntries(
      files.map((/** @type {{ name: string, content: string }} */ { name, content }) => [name, content]),
    ),
    // Lines and columns from 1, as editors show them.
    changes: mutants.map((/** @type {import('./report.mjs').Change} */ { location: { start, end }, ...rest }) => ({
      ...rest,
      location: {
        start: { line: start.line + 1, column: start.column + 1 },
        end: { line: end.line + 1, column: end.column + 1 },
      },
    })),
  };
}
