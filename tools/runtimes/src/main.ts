// npm run runtimes [-- --only NAME,…] [-- --write]: tries the packages, as npm gets them, where they are said to run.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '@sestina/scripts/repo';
import { usage } from '@sestina/scripts/usage';
import { Lab } from './lab.js';
import { PROOFS } from './proofs/index.js';
import { notRun, show } from './show.js';
import { tableOf, withTables } from './table.js';

const PAGE = join(ROOT, 'docs/runtimes.md');

const titles = [...new Set(PROOFS.map(({ tool }) => tool.title))].join(', ');
usage(`npm run runtimes -- [OPTION…]
  --only A,B  some of ${titles} (default: all)
  --write     writes the tables of docs/runtimes.md, where everything passed`);
const { values } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean', default: false } } });
const wanted = values.only?.toLowerCase().split(',');
const proofs = PROOFS.filter(({ tool }) => wanted?.includes(tool.title.toLowerCase()) ?? true);
if (proofs.length === 0) {
  console.error(`--only wants some of: ${titles}`);
  process.exit(2);
}

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
// The process that runs this script has died.
process.on('disconnect', () => controller.abort());

const outcome = await tryAll();
const counts = { passed: outcome.passed.length, failed: outcome.failed.length, notRun: notRun(outcome) };
const file = process.env['SESTINA_COUNTS'];
if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
if (counts.notRun !== '') console.log(`\nNot run, as npm could not install it here: ${counts.notRun}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
if (counts.failed > 0) process.exitCode = 1;
if (values.write) write();
process.disconnect?.();

async function tryAll(): ReturnType<typeof show> {
  await using lab = await Lab.make(controller.signal);
  return await show(lab, proofs, console.log);
}

function write(): void {
  if (outcome.passed.length < PROOFS.length) {
    console.error('docs/runtimes.md was left as it is: it says what was shown, and not everything was');
    process.exitCode = 1;
    return;
  }
  writeFileSync(
    PAGE,
    withTables(readFileSync(PAGE, 'utf8'), tableOf(PROOFS.filter((proof) => outcome.passed.includes(proof)))),
  );
}
