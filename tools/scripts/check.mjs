// @ts-check
// `npm run check [-- --only biome,tiers]`: everything that is looked at without running the code. One line per step.
import { bin, install, node, only } from './lib/run.mjs';

/** @param {string} name @param {string[]} args */
const script = (name, ...args) => [`tools/scripts/${name}.mjs`, ...args];

/** @type {Record<string, () => string[]>} */
const STEPS = {
  biome: () => [bin('@biomejs/biome', 'biome'), 'ci', '--colors=off', '.'],
  references: () => script('sync-refs', '--check'),
  lock: () => script('check-lock'),
  tiers: () => script('tiers'),
  'module-state': () => script('module-state'),
  stores: () => script('stores'),
  platform: () => script('platform'),
  packages: () => script('packages'),
  self: () => script('self'),
  limits: () => script('limits'),
  types: () => [bin('typescript', 'tsc'), '-p', 'tsconfig.test.json', '--pretty', 'false'],
  errors: () => ['tools/scripts/run.mjs', 'tools/scripts/error-table.mjs', '--check'],
  marks: () => script('marks'),
  support: () => script('support', '--check'),
  snippets: () => script('snippets'),
  size: () => ['tools/scripts/run.mjs', 'tools/bench/src/size.ts', '--check'],
  knip: () => [bin('knip'), '--no-progress', '--no-config-hints'],
};

const chosen = only(Object.keys(STEPS)) ?? Object.keys(STEPS);
const failed = [];
if (!(await install())) process.exit(1);
for (const name of chosen) {
  const { ok, seconds, output } = await node(STEPS[name]?.() ?? [], { capture: true });
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${seconds.toFixed(1).padStart(5)} s`);
  if (ok) continue;
  failed.push(name);
  console.log(output.trimEnd().replace(/^/gm, '       '));
}
if (failed.length > 0) {
  console.log(`${failed.length} of ${chosen.length} checks failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
