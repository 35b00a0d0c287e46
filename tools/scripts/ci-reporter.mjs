// @ts-check
import { appendFileSync } from 'node:fs';

/** @import { TestModule } from 'vitest/node' */
/** @import { Reporter } from 'vitest/reporters' */

/** @param {TestModule} module */
function countsOf(module) {
  const counts = { passed: 0, failed: module.errors().length > 0 ? 1 : 0, skipped: 0 };
  for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed++;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    counts[state === 'pending' ? 'skipped' : state]++;
  }
  return counts;
}

/**
 * Ends every vitest run with the line "N passed, N failed, N skipped". A file that cannot be loaded, a suite whose
 * hook fails and an error that nobody caught each count as one failed. Where SESTINA_COUNTS names a file, the counts
 * are appended to it as one line of JSON, with those of each file that has not passed.
 * The default export, because vitest takes that from a reporter it is given by path.
 * @implements {Reporter}
 */
export default class CiReporter {
  /** @param {ReadonlyArray<TestModule>} modules @param {ReadonlyArray<unknown>} unhandledErrors */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    /** @type {Record<string, { passed: number, failed: number }>} */
    const failures = {};
    for (const module of modules) {
      const own = countsOf(module);
      for (const state of /** @type {const} */ (['passed', 'failed', 'skipped'])) counts[state] += own[state];
      if (own.failed > 0) failures[module.relativeModuleId] = own;
    }
    const file = process.env['SESTINA_COUNTS'];
    if (file) appendFileSync(file, `${JSON.stringify({ ...counts, failures })}\n`);
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  }
}
