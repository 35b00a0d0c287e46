// @ts-check
// `npm test [-- --only unit,servers]`: install, build, check, and every test. A failing stage doesn't stop the next.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, build, install, node, only } from './lib/run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sestina-test-'));
const total = { passed: 0, failed: 0 };

/** What a stage could not try, for the summary. @type {Map<string, string>} */
const notRun = new Map();

/** Runs what counts its tests itself, and adds that up. @param {string} stage @param {string[]} args */
async function counting(stage, args) {
  const counts = join(folder, `${stage}.json`);
  const { ok } = await node(args, { env: { SESTINA_COUNTS: counts } });
  const lines = existsSync(counts) ? readFileSync(counts, 'utf8').trim().split('\n') : [];
  let failed = 0;
  for (const line of lines) {
    const run = JSON.parse(line);
    total.passed += run.passed;
    failed += run.failed;
    if (run.notRun) notRun.set(stage, run.notRun);
  }
  // A run that ended badly without a failed test, or without counting at all, is one failure.
  total.failed += ok ? failed : Math.max(failed, 1);
  return ok && failed === 0;
}

/** Runs the tests of one vitest project. @param {string} project */
const vitest = (project) => counting(project, [bin('vitest'), 'run', '--project', project]);

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
  unit: () => vitest('unit'),
  // Its minutes on a new machine are not those of the first test that needs a server.
  system: () => counted(node(['tools/scripts/run.mjs', 'tools/servers/src/install-all.ts']).then(({ ok }) => ok)),
  runtimes: () => counting('runtimes', ['tools/scripts/run.mjs', 'tools/runtimes/src/main.ts']),
  servers: () => vitest('servers'),
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
  const left = notRun.has(name) ? `; NOT RUN, since npm could not install it: ${notRun.get(name)}` : '';
  const line = `${name}: ${ok ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s${left}`;
  console.log(`=== ${line}`);
  summary.push(line);
  if (!ok) process.exitCode = 1;
}
rmSync(folder, { recursive: true, force: true });
console.log(`\n${summary.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
