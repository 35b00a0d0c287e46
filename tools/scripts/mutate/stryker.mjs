// @ts-check
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../lib/repo.mjs';
import { run } from '../lib/run.mjs';

/**
 * @typedef {{ dir: string, mutate: string[] }} Target A folder, and what is changed of it.
 * @typedef {{ share: number, seed: number, concurrency: number }} Choice
 */

// Not in package.json: 160 packages that hardly anybody needs.
const VERSION = '9.5.1';
export const STRYKER = [`@stryker-mutator/core@${VERSION}`, `@stryker-mutator/vitest-runner@${VERSION}`];

const REPORT = 'mutants.json';
const CONFIG = 'stryker.mutate.json';
const TESTS = 'vitest.mutate.ts';
const LAWS = 'test/laws/one.test.ts';

/** What asks the compiler about the sources, which have no types any more when they are changed. */
const OF_TYPES = 'packages/core/test/stanza/hover.test.ts';

/** Packages whose tests are tests of another one as well. @type {Readonly<Record<string, readonly string[]>>} */
const TESTED_BY = { 'packages/core': ['packages/client', 'packages/component'] };

/** @param {Target} target @param {Choice} choice */
export function settingsOf({ mutate }, { share, seed, concurrency }) {
  return {
    testRunner: 'vitest',
    // Tests and sources of other packages import each other by links in node_modules, which lead out of a sandbox.
    inPlace: true,
    coverageAnalysis: 'perTest',
    vitest: { configFile: TESTS, related: false },
    mutate,
    plugins: ['@stryker-mutator/vitest-runner', './tools/scripts/mutate/ignored.mjs'],
    ignorers: ['sestina'],
    // What runs as a module is loaded would be changed for all tests at once; the examples of the specifications hold it.
    ignoreStatic: true,
    sestina: { share, seed },
    concurrency,
    // A busy machine must not end what no mutant has made endless: that would count as noticed.
    timeoutMS: 30_000,
    reporters: ['json'],
    jsonReporter: { fileName: REPORT },
    logLevel: 'warn',
    warnings: { unknownOptions: false },
    allowConsoleColors: false,
  };
}

/** @param {string} dir */
function testsOf(dir) {
  const [kind, name] = dir.split('/');
  const include = [dir, ...(TESTED_BY[dir] ?? [])].map((each) => `${each}/test/**/*.test.ts`);
  if (kind === 'plugins') include.push(`test/plugins/${name}/**/*.test.ts`, LAWS);
  return `import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';

const conditions = ['@sestina/source', ...defaultServerConditions];
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ${JSON.stringify(include)},
    exclude: ['${OF_TYPES}', ...configDefaults.exclude],
    // What has no end is ended with its mutant. What counts which test comes where takes many times as long as the test.
    testTimeout: 600_000,
    // As the unit tests run: each run of a mutant would read all of the modules anew.
    isolate: false,
  },
});
`;
}

/** @param {string} folder @param {Target} target @param {ReturnType<typeof settingsOf>} settings */
export async function resultsOf(folder, target, settings) {
  const report = join(folder, REPORT);
  rmSync(report, { force: true });
  writeFileSync(join(folder, CONFIG), JSON.stringify(settings));
  writeFileSync(join(folder, TESTS), testsOf(target.dir));
  const all = readFileSync(join(folder, 'test/laws/plugins.test.ts'), 'utf8');
  writeFileSync(join(folder, LAWS), all.replace('pluginFolders()', JSON.stringify([target.dir.split('/')[1]])));
  console.log(`\n=== ${target.dir}`);
  await run(process.execPath, ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', CONFIG], { cwd: folder });
  return existsSync(report) ? /** @type {import('./report.mjs').Results} */ (readJson(report).files) : undefined;
}
