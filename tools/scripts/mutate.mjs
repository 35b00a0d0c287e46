// @ts-check
// `npm run mutate`: would the tests notice? Changes the sources of packages in small ways, one at a time, and runs the unit tests that reach
// the place. The files stay as they are: the changes are in what Vitest reads in their place.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publishable } from './lib/repo.mjs';
import { changedLines } from './mutate/changed.mjs';
import { resultsOf } from './mutate/engine.mjs';
import { installInstrumenter } from './mutate/instrument.mjs';
import { countsOf, lines, row, TABLE } from './mutate/report.mjs';

const USAGE = `npm run mutate -- [OPTION…]
  --changed         only lines that differ from main
  --against REV     with --changed: from another revision
  --only NAME,…     folders in packages/ and plugins/ (default: all, or those that were changed)
  --share S         a part of the changes, from 0 to 1 (default 1)
  --seed N          which part (default 1)
  --concurrency N   packages side by side
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

/** @returns {import('./mutate/engine.mjs').Target[]} */
function targets() {
  const names = options.only?.split(',');
  const folders = publishable().map(({ dir }) => dir);
  const unknown = names?.filter((name) => !folders.some((dir) => dir.endsWith(`/${name}`))) ?? [];
  if (unknown.length > 0) throw new RangeError(`there is no packages/${unknown[0]} and no plugins/${unknown[0]}`);
  const chosen = folders.filter((dir) => !names || names.includes(dir.slice(dir.indexOf('/') + 1)));
  if (!options.changed) return chosen.map((dir) => ({ dir }));
  const changed = changedLines(options.against);
  return chosen
    .map((dir) => ({ dir, lines: changed.filter((range) => range.startsWith(`${dir}/src/`)) }))
    .filter(({ lines: some }) => some.length > 0);
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
  const tools = mkdtempSync(join(tmpdir(), 'sestina-mutate-'));
  try {
    if (!(await installInstrumenter(tools))) return 1;
    /** @type {Map<string, string>} */
    const rows = new Map();
    let low = 0;
    const next = todo.values();
    const work = async () => {
      for (const target of next) {
        const results = await resultsOf(tools, target, { share, seed });
        const counts = countsOf(results);
        for (const line of [`\n=== ${target.dir}`, ...lines(results)]) console.log(line);
        rows.set(target.dir, row(target.dir, counts));
        if (!counts || counts.score < LEAST) low++;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    console.log(`\n${[...TABLE, ...todo.flatMap(({ dir }) => rows.get(dir) ?? [])].join('\n')}`);
    if (low > 0) console.error(`\n${low} below ${LEAST} %`);
    return low > 0 ? 1 : 0;
  } finally {
    rmSync(tools, { recursive: true, force: true });
  }
}

process.exitCode = await main().catch((/** @type {Error} */ error) => {
  console.error(error.message);
  return 2;
});
