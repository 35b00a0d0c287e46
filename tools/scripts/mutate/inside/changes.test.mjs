// @ts-check
// Tries one change after the other, in one process: for each the tests that come to the place, the quickest first, until one notices.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'vitest';
import { notesIn } from '../notes.mjs';
import { tryTest } from './trial.mjs';
import { testsIn } from './vitest.mjs';

/** @typedef {import('../notes.mjs').Note} Note */

const {
  plan: PLAN = '',
  notes: NOTES = '',
  coverage: COVERAGE = '',
} = JSON.parse(process.env['SESTINA_CHANGES'] ?? '{}');
/** What the changed sources go by. @typedef {{ activeMutant?: string | undefined, currentTestId?: string | undefined, hitCount?: number | undefined, hitLimit?: number, mutantCoverage?: Coverage }} State */
/** @type {State} */
const state = {};
Object.assign(globalThis, { __stryker__: state });
/** @typedef {{ static: Record<string, number>, perTest: Record<string, Record<string, number>> }} Coverage By id of change, and of test. */

const note = (/** @type {Note} */ what) => appendFileSync(NOTES, `${JSON.stringify(what)}\n`);

/** How often each test comes to each place, and how long it takes; tests that do not pass as they are count for nothing. @param {import('./vitest.mjs').Test[]} tests */
async function measure(tests) {
  /** @type {Record<string, number>} */
  const milliseconds = {};
  for (const [at, each] of tests.entries()) {
    state.currentTestId = `${at}`;
    const start = performance.now();
    const outcome = await tryTest(each, 120_000);
    state.currentTestId = undefined;
    if (outcome === 'passed') milliseconds[at] = performance.now() - start;
    else note({ bad: each.name, outcome });
  }
  return { milliseconds, coverage: state.mutantCoverage ?? { static: {}, perTest: {} } };
}

/**
 * Whether a test notices, and whether all is as it was then.
 * @param {string} id @param {{ test: import('./vitest.mjs').Test, longest: number }[]} covering @param {number} hits
 */
async function attempt(id, covering, hits) {
  for (const { test: each, longest } of covering) {
    Object.assign(state, { activeMutant: id, hitCount: 0, hitLimit: 100 * hits + 1_000 });
    const outcome = await tryTest(each, longest);
    Object.assign(state, { activeMutant: undefined, hitCount: undefined });
    if (outcome !== 'passed') return { outcome, clean: (await tryTest(each, longest)) === 'passed' };
  }
  return { outcome: 'passed', clean: true };
}

test('changes', async () => {
  const { tests: files, changes } = JSON.parse(readFileSync(PLAN, 'utf8'));
  /** @type {import('./vitest.mjs').Test[]} */
  const tests = [];
  for (const file of files) tests.push(...(await testsIn(() => import(/* @vite-ignore */ file))));
  if (!existsSync(COVERAGE)) writeFileSync(COVERAGE, JSON.stringify(await measure(tests)));
  const { milliseconds, coverage } = JSON.parse(readFileSync(COVERAGE, 'utf8'));
  const before = notesIn(NOTES);
  const done = new Set(before.map(({ id, status }) => status && id));
  const doubted = new Set(before.map(({ id, doubt }) => doubt && id));
  for (const id of /** @type {string[]} */ (changes)) {
    if (done.has(id)) continue;
    const reached = Object.keys(milliseconds).filter((at) => coverage.perTest[at]?.[id] > 0);
    reached.sort((a, b) => milliseconds[a] - milliseconds[b]);
    if (reached.length === 0) {
      // What runs as a module is loaded is not changed: it would be for all tests at once.
      note({ id, status: coverage.static[id] > 0 ? 'Ignored' : 'NoCoverage' });
      continue;
    }
    note({ id, begun: true });
    const hits = Math.max(...reached.map((at) => coverage.perTest[at][id]));
    const covering = reached.map((at) => ({
      test: /** @type {import('./vitest.mjs').Test} */ (tests[Number(at)]),
      longest: 10_000 + 10 * milliseconds[at],
    }));
    const { outcome, clean } = await attempt(id, covering, hits);
    if (clean || doubted.has(id)) {
      note({ id, status: outcome === 'passed' ? 'Survived' : outcome === 'hung' ? 'Timeout' : 'Killed' });
    } else note({ id, doubt: true });
    // What it has broken stays broken: the next one gets another process.
    if (!clean) return;
  }
  note({ end: true });
}, 86_400_000);
