// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/repo.mjs';
import { bin } from '../lib/run.mjs';
import { filesIn } from './files.mjs';
import { isChosen } from './ignored.mjs';
import { instrument } from './instrument.mjs';
import { notesIn } from './notes.mjs';

/**
 * @typedef {{ dir: string, lines?: string[] }} Target A folder, and the lines of it that are changed, where not all are.
 * @typedef {{ tests: readonly string[], laws: readonly string[], sources: Record<string, string>, changes: readonly string[] }} Plan Full
 *   paths; ids of changes.
 */

/** Packages whose tests are tests of another one as well. @type {Readonly<Record<string, readonly string[]>>} */
const TESTED_BY = { 'packages/core': ['packages/client', 'packages/component'] };
/** What asks the compiler about the sources. */
const OF_TYPES = 'packages/core/test/stanza/hover.test.ts';
const LAWS = 'test/laws/plugins.test.ts';
const CONFIG = 'tools/scripts/mutate/inside/vitest.config.mjs';
// A test is ended before that, unless it keeps the process from doing anything.
const NO_WORD = 90_000;

/** @param {string} dir */
export function testsOf(dir) {
  const [kind, name] = dir.split('/');
  const folders = [dir, ...(TESTED_BY[dir] ?? [])].map((each) => `${each}/test`);
  if (kind === 'plugins') folders.push(`test/plugins/${name}`);
  const files = folders.flatMap((folder) => filesIn(folder, '.test.ts'));
  if (kind === 'plugins') files.push(LAWS);
  return files.filter((file) => file !== OF_TYPES);
}

/** Runs Vitest until it ends, or says nothing for too long. @param {Record<'plan' | 'notes' | 'coverage' | 'cache', string>} files */
function attempt(files) {
  const env = { ...process.env, SESTINA_CHANGES: JSON.stringify(files) };
  const args = [bin('vitest'), 'run', '--config', CONFIG];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = `${said}${text}`.slice(-10_000);
    });
  }
  return new Promise((/** @type {(said: string) => void} */ resolve) => {
    let size = 0;
    let since = performance.now();
    const look = setInterval(() => {
      const now = statSync(files.notes, { throwIfNoEntry: false })?.size ?? 0;
      if (now !== size) since = performance.now();
      size = now;
      // Of the first word, too, much can be before: all tests run once.
      if (performance.now() - since > (size === 0 ? 20 : 1) * NO_WORD && child.pid) process.kill(-child.pid, 'SIGKILL');
    }, 500);
    child.on('close', () => {
      clearInterval(look);
      resolve(said);
    });
  });
}

/**
 * Tries changes; what becomes of each, by id.
 * @param {Plan} plan @returns {Promise<{ statuses: Map<string, string>, bad: import('./notes.mjs').Note[] }>}
 * @throws Error where the tests cannot be run as they are.
 */
export async function tryChanges(plan) {
  const folder = mkdtempSync(join(tmpdir(), 'sestina-changes-'));
  const at = (/** @type {string} */ name) => join(folder, name);
  const files = { plan: at('plan'), notes: at('notes'), coverage: at('coverage'), cache: at('cache') };
  try {
    writeFileSync(files.plan, JSON.stringify(plan));
    for (let before = -1; ; ) {
      const said = await attempt(files);
      const notes = notesIn(files.notes);
      if (notes.at(-1)?.end) {
        const statuses = new Map(notes.flatMap(({ id, status }) => (id && status ? [[id, status]] : [])));
        return { statuses, bad: notes.filter(({ bad }) => bad !== undefined) };
      }
      const last = notes.at(-1);
      const known = notes.filter(({ begun, status, doubt }) => begun || status || doubt).length;
      if (known === before) throw new Error(`the tests do not run:\n${said}`);
      before = known;
      // One that ended the process, or kept it from doing anything.
      if (last?.begun)
        writeFileSync(files.notes, `${JSON.stringify({ id: last.id, status: 'Timeout' })}\n`, { flag: 'a' });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What becomes of the changes to a package.
 * @param {string} tools Where the instrumenter was installed.
 * @param {Target} target @param {{ share: number, seed: number }} choice
 * @returns {Promise<import('./report.mjs').Results>}
 */
export async function resultsOf(tools, { dir, lines }, choice) {
  const { sources, texts, changes } = await instrument(tools, dir, lines);
  const tried = changes.filter((change) => change.status !== 'Ignored' && isChosen(change, choice));
  const { statuses, bad } = await tryChanges({
    tests: testsOf(dir).map((file) => join(ROOT, file)),
    laws: [dir.slice(dir.indexOf('/') + 1)],
    sources: Object.fromEntries(Object.entries(sources).map(([path, text]) => [join(ROOT, path), text])),
    changes: tried.map(({ id }) => id),
  });
  for (const { bad: name, outcome } of bad) console.error(`${dir}: "${name}" ${outcome} as it is, and is left out`);
  return Object.fromEntries(
    Object.entries(texts).map(([path, source]) => [
      path,
      {
        source,
        mutants: changes
          .filter(({ fileName }) => fileName === path)
          .map((change) => ({ ...change, status: statuses.get(change.id) ?? 'Ignored' })),
      },
    ]),
  );
}
