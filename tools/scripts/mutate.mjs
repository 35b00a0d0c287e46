// @ts-check
// `npm run mutate`: would the tests notice? Changes the sources of packages in small ways, one at a time, in a copy of the repository, and
// runs the unit tests that reach the place.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { publishable, ROOT, repositoryFiles } from './lib/repo.mjs';
import { run } from './lib/run.mjs';
import { changedLines } from './mutate/changed.mjs';
import { countsOf, lines, row, TABLE } from './mutate/report.mjs';
import { resultsOf, STRYKER, settingsOf } from './mutate/stryker.mjs';

const USAGE = `npm run mutate -- [OPTION…]
  --changed         only lines that differ from main
  --against REV     with --changed: from another revision
  --only NAME,…     folders in packages/ and plugins/ (default: all, or those that were changed)
  --share S         a part of the statements, from 0 to 1 (default 1)
  --seed N          which part (default 1)
  --concurrency N   processes side by side
`;
const LEAST = 90;

const { values: options } = parseArgs({
  options: {
    changed: { type: 'boolean', default: false },
    against: { type: 'string', default: 'main' },
    only: { type: 'string' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    concurrency: { type: 'string', default: `${Math.max(1, cpus().length - 1)}` },
    help: { type: 'boolean', default: false },
  },
});

/** @returns {import('./mutate/stryker.mjs').Target[]} */
function targets() {
  const names = options.only?.split(',');
  const folders = publishable().map(({ dir }) => dir);
  const unknown = names?.filter((name) => !folders.some((dir) => dir.endsWith(`/${name}`))) ?? [];
  if (unknown.length > 0) throw new RangeError(`there is no packages/${unknown[0]} and no plugins/${unknown[0]}`);
  const chosen = folders.filter((dir) => !names || names.includes(dir.slice(dir.indexOf('/') + 1)));
  if (!options.changed) return chosen.map((dir) => ({ dir, mutate: [`${dir}/src/**/*.ts`] }));
  const changed = changedLines(options.against);
  return chosen
    .map((dir) => ({ dir, mutate: changed.filter((range) => range.startsWith(`${dir}/src/`)) }))
    .filter(({ mutate }) => mutate.length > 0);
}

/** A copy that can be changed: what is or could be committed, with what npm installs. @param {string} folder */
async function copy(folder) {
  for (const path of repositoryFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  const quiet = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const installed = await run('npm', ['ci', ...quiet]);
  return installed.ok && (await run('npm', ['install', '--no-save', ...STRYKER, ...quiet])).ok;
}

/** @returns {Promise<number>} The exit code. */
async function main() {
  const [share, seed, concurrency] = [Number(options.share), Number(options.seed), Number(options.concurrency)];
  const wrong = !(share > 0 && share <= 1) || !Number.isSafeInteger(seed) || !(concurrency >= 1);
  if (options.help || wrong) {
    (wrong ? process.stderr : process.stdout).write(USAGE);
    return wrong ? 2 : 0;
  }
  const todo = targets();
  if (todo.length === 0) {
    console.log('nothing was changed');
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sestina-mutate-'));
  try {
    if (!(await copy(folder))) return 1;
    /** @type {string[]} */
    const rows = [];
    let low = 0;
    for (const target of todo) {
      const results = await resultsOf(folder, target, settingsOf(target, { share, seed, concurrency }));
      const counts = countsOf(results);
      for (const line of lines(results)) console.log(line);
      rows.push(row(target.dir, counts));
      if (!counts || counts.score < LEAST) low++;
    }
    console.log(`\n${[...TABLE, ...rows].join('\n')}`);
    if (low > 0) console.error(`\n${low} below ${LEAST} %`);
    return low > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((/** @type {Error} */ error) => {
  console.error(error.message);
  return 2;
});
