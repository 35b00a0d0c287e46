import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { markdownTable, textTable } from './harness/format.js';
import { DOCUMENT, writeSection } from './harness/markdown.js';
import { buildPackages, installPeers } from './harness/setup.js';
import { allowed, type Budgets, budgetOf, judge } from './size/budgets.js';
import { peerRows, pluginRows, type SizeRow, wholeRows } from './size/rows.js';

const USAGE = `npm run size -- [OPTION…]
  --check     fails where a row is over what tools/bench/budgets.json allows; needs no peers
  --json      prints bytes as JSON
  --markdown  rewrites the sizes in docs/performance.md
  --no-build  weighs what is in dist as it is`;

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    'no-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const kilobytes = (bytes: number): string => (bytes / 1_024).toFixed(1);

function table(title: string, rows: readonly SizeRow[], budgets: Budgets): string[][] {
  return [
    [title, 'minified (KB)', 'gzipped (KB)', 'budget (KB)', ''],
    ...rows.map((row) => [
      row.name,
      kilobytes(row.minified),
      kilobytes(row.gzipped),
      budgetOf(row, budgets)?.budget.toString() ?? '',
      judge(row, budgets),
    ]),
  ];
}

async function main(): Promise<void> {
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const file = new URL('../budgets.json', import.meta.url);
  const budgets = JSON.parse(await readFile(file, 'utf8')) as Budgets;
  if (!options['no-build']) await buildPackages();
  const { whole, rows } = await wholeRows();
  const plugins = await pluginRows(whole);
  if (options.check) {
    const over = [...rows, ...plugins].filter((row) => judge(row, budgets) === 'OVER THE CEILING');
    for (const row of over) {
      console.error(
        `${row.name}: ${kilobytes(row.gzipped)} KB; ${allowed(row, budgets)} KB are allowed. Make it smaller, or say in docs/performance.md ` +
          'what it is worth and raise the ceiling in tools/bench/budgets.json',
      );
    }
    process.exitCode = over.length > 0 ? 1 : 0;
    return;
  }
  await installPeers();
  const peers = await peerRows();
  if (options.json) {
    console.log(JSON.stringify({ rows, later: whole.later, plugins, peers }, null, 2));
    return;
  }
  const tables = [
    table('a browser build', rows.slice(0, 1), budgets),
    table('of which', rows.slice(1), budgets),
    table('loaded later, only where it is needed', whole.later, budgets),
    table('on top, each with the plugins that it needs', plugins, budgets),
    table('others', peers, budgets),
  ];
  console.log(tables.map(textTable).join('\n\n'));
  if (!options.markdown) return;
  await writeSection('sizes', tables.map(markdownTable).join('\n\n'));
  process.stderr.write(`sizes written to ${DOCUMENT}\n`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
