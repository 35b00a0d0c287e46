import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildRevision, type Revision, withTwins } from './harness/against.js';
import { compileContenders } from './harness/compile.js';
import { reasonOf } from './harness/errors.js';
import { reportText } from './harness/format.js';
import { DOCUMENT, figures, headlines, writeSection } from './harness/markdown.js';
import { runCase } from './harness/run-case.js';
import { buildPackages, installPeers, installSlixmpp } from './harness/setup.js';
import type { CaseResult, Context, Report, Scenario, ScenarioResult } from './harness/types.js';
import { scenarios } from './scenarios/index.js';

const USAGE = `npm run bench -- [OPTION…]
  --only a,c      these scenarios: ${scenarios.map(({ id, title }) => `\n                    ${id}  ${title}`).join('')}
  --case TEXT     only cases whose title has this in it
  --quick         one round with little work: shows that it runs, not how fast; fails where a contender does
  --rounds N      how often each contender is started, default 5 (quick: 1)
  --against REV   beside each contender of ours the same at another revision, which is built for that
  --json          prints the figures as JSON
  --output FILE   writes the JSON to a file as well, after each case
  --resume        takes what is in that file already from there, but for what failed
  --markdown      rewrites the figures in docs/performance.md, and the table at its top
  --from FILE     takes the figures from such a file instead of measuring
  --profile DIR   writes CPU profiles of the contender that the ratios refer to, first round
  --no-build      measures what is in dist as it is`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    case: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'boolean', default: false },
    against: { type: 'string' },
    output: { type: 'string' },
    resume: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    from: { type: 'string' },
    profile: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function chosen(): readonly Scenario[] {
  const wanted = options.only?.split(',').filter(Boolean);
  const unknown = wanted?.filter((id) => !scenarios.some((scenario) => scenario.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`no such scenario: ${unknown.join(', ')}\n\n${USAGE}`);
  return scenarios.filter(({ id }) => !wanted || wanted.includes(id));
}

/** How the cases of a scenario are run. */
interface Running {
  readonly context: Context;
  readonly rounds: number;
  readonly revision: Revision | undefined;
  /** What an earlier run has measured. */
  readonly known: readonly CaseResult[];
  /** Told after each case what there is so far. */
  readonly measured: (result: ScenarioResult) => Promise<void>;
}

async function runScenario(scenario: Scenario, running: Running): Promise<void> {
  const { id, title } = scenario;
  const { context, rounds, revision, known, measured } = running;
  progress(`(${id}) ${title}`);
  const cases: CaseResult[] = [];
  const profile =
    options.profile === undefined ? undefined : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`];
  try {
    const prepared = await scenario.prepare(context);
    try {
      for (const each of prepared.cases) {
        if (options.case && !each.title.includes(options.case)) continue;
        const whole = revision ? withTwins(each, revision) : each;
        const before = known.find(({ title: wanted, failed }) => wanted === each.title && !failed);
        cases.push(before ?? (await runCase(whole, { rounds, profile, quick: options.quick, progress })));
        await measured({ id, title, cases, complete: false });
      }
    } finally {
      await prepared.dispose?.();
    }
  } catch (error) {
    cases.push({ title: 'what it needs', tables: [], failed: { 'the whole scenario': reasonOf(error) } });
  }
  progress('');
  await measured({ id, title, cases, complete: options.case === undefined });
}

async function measure(): Promise<Report> {
  const { quick } = options;
  const rounds = Number(options.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds wants a whole number from 1');
  const wanted = chosen();
  const peers = { ...(await installPeers()), ...(await installSlixmpp()) };
  if (!options['no-build']) await buildPackages();
  await compileContenders();
  const [first] = cpus();
  const machine = {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0] ?? 0,
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    peers,
  };
  const date = new Date().toISOString();
  const directory = await mkdtemp(join(tmpdir(), 'sestina-bench-'));
  const revision = options.against === undefined ? undefined : await buildRevision(options.against);
  const results: ScenarioResult[] = [];
  const report: Report = { date, quick, rounds, machine, scenarios: results };
  const before = await resumed();
  try {
    for (const scenario of wanted) {
      const context: Context = { directory, quick, scale: (full, small) => (quick ? small : full) };
      const earlier = before.find(({ id }) => id === scenario.id);
      const at = results.length;
      const measured = async (result: ScenarioResult): Promise<void> => {
        results[at] = result;
        if (options.output) await writeFile(options.output, textOf(report));
      };
      if (earlier?.complete && !earlier.cases.some(({ failed }) => failed)) await measured(earlier);
      else await runScenario(scenario, { context, rounds, revision, known: earlier?.cases ?? [], measured });
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
    await revision?.dispose();
  }
  return report;
}

/** What an earlier run has measured. */
async function resumed(): Promise<readonly ScenarioResult[]> {
  if (!options.resume || !options.output || !existsSync(options.output)) return [];
  return (JSON.parse(await readFile(options.output, 'utf8')) as Report).scenarios;
}

function textOf(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

async function main(): Promise<void> {
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const report = options.from ? (JSON.parse(await readFile(options.from, 'utf8')) as Report) : await measure();
  process.stdout.write(options.json ? textOf(report) : reportText(report));
  if (options.markdown) {
    await writeSection('summary', headlines(report));
    await writeSection('figures', figures(report));
    process.stderr.write(`figures written to ${DOCUMENT}\n`);
  }
  const failed = report.scenarios.flatMap(({ cases }) => cases.filter((each) => each.failed));
  // It was to show that all of them run.
  if (options.quick && failed.length > 0)
    throw new Error(`failed, as said above: ${failed.map(({ title }) => title).join('; ')}`);
}

await main().catch((error: unknown) => {
  console.error(reasonOf(error));
  process.exitCode = 1;
});
