// @ts-check
// `npm test [-- --only unit,servers]`: install, build, check, and every test. A failing stage doesn't stop the next.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, build, install, node, only } from './lib/run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sestina-test-'));
const total = { passed: 0, failed: 0 };

/** What is to be known of a stage besides how it ended, for the summary. @type {Map<string, string>} */
const remarks = new Map();

/** @typedef {{ passed: number, failed: number }} Counts */
/** @typedef {Counts & { ok: boolean, failures: Record<string, Counts> }} Run */

/** Runs what counts its tests itself. @param {string} stage @param {string[]} args @returns {Promise<Run>} */
async function count(stage, args) {
  const counts = join(folder, `${stage}.json`);
  rmSync(counts, { force: true });
  const { ok } = await node(args, { env: { SESTINA_COUNTS: counts } });
  const lines = existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : [];
  /** @type {Run} */
  const sum = { ok, passed: 0, failed: 0, failures: {} };
  for (const line of lines) {
    const run = JSON.parse(line);
    sum.passed += run.passed;
    sum.failed += run.failed;
    Object.assign(sum.failures, run.failures);
    if (run.notRun) remarks.set(stage, `NOT RUN, since npm could not install it: ${run.notRun}`);
  }
  // A run that ended badly without a failed test, or without counting at all, is one failure.
  if (!ok) sum.failed = Math.max(sum.failed, 1);
  return sum;
}

/** Adds up what was counted. @param {Counts} counts */
function add({ passed, failed }) {
  total.passed += passed;
  total.failed += failed;
  return failed === 0;
}

/** @param {string} stage @param {string[]} args */
const counting = async (stage, args) => add(await count(stage, args));

/** Runs the tests of one vitest project. @param {string} project @param {string[]} args */
const vitest = (project, ...args) => [bin('vitest'), 'run', '--project', project, ...args];

/**
 * Runs the tests against servers side by side, and each file in which something failed once more by itself: beside others, a server may
 * get less of the machine than a test gives it time for. What failed at first is told in the summary, whatever comes of it.
 */
async function servers() {
  const first = await count('servers', vitest('servers'));
  const files = Object.keys(first.failures);
  const inFiles = Object.values(first.failures).reduce((sum, { failed }) => sum + failed, 0);
  if (files.length === 0 || first.failed > inFiles) return add(first);
  console.log(`\nonce more, by themselves: ${files.join(' ')}`);
  const second = await count('servers', vitest('servers', '--no-file-parallelism', ...files));
  remarks.set(
    'servers',
    `failed beside others, ${second.ok ? 'passed' : 'ran once more'} by itself: ${files.join(' ')}`,
  );
  for (const { passed } of Object.values(first.failures)) first.passed -= passed;
  return add({ passed: first.passed + second.passed, failed: second.failed });
}

/** Anything but tests counts as one failure, and not at all where it went well. @param {Promise<boolean>} work */
async function counted(work) {
  const ok = await work;
  if (!ok) total.failed++;
  return ok;
}

/** @type {Record<string, () => Promise<boolean>>} */
const STAGES = {
  install: () => counted(install()),
  build: () => counted(build()),
  check: () => counted(node(['tools/scripts/check.mjs']).then(({ ok }) => ok)),
  unit: () => counting('unit', vitest('unit')),
  simulation: () => counting('simulation', vitest('simulation')),
  // Its minutes on a new machine are not those of the first test that needs a server.
  system: () => counted(node(['tools/scripts/run.mjs', 'tools/servers/src/install-all.ts']).then(({ ok }) => ok)),
  runtimes: () => counting('runtimes', ['tools/scripts/run.mjs', 'tools/runtimes/src/main.ts']),
  servers,
  // What was just built: that all run that are compared, and do the same.
  bench: () =>
    counted(node(['tools/scripts/run.mjs', 'tools/bench/src/main.ts', '--quick', '--no-build']).then(({ ok }) => ok)),
};

const chosen = only(Object.keys(STAGES)) ?? Object.keys(STAGES);
/** @type {string[]} */
const summary = [];
for (const name of chosen) {
  console.log(`\n=== ${name}`);
  const started = performance.now();
  const ok = await STAGES[name]?.().catch((/** @type {Error} */ error) => {
    console.error(error.message);
    total.failed++;
    return false;
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const line = [`${name}: ${ok ? 'ok' : 'FAILED'}, ${seconds} s`, remarks.get(name) ?? []].flat().join('; ');
  console.log(`=== ${line}`);
  summary.push(line);
  if (!ok) process.exitCode = 1;
}
rmSync(folder, { recursive: true, force: true });
console.log(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
