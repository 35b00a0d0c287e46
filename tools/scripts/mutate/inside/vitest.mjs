// @ts-check
// What tests that are tried again and again import in place of Vitest: it takes them down, and leaves to others when they run.
import { expect } from 'vitest';

export * from 'vitest';
export { expect };

/**
 * @typedef {(...args: any[]) => unknown} Fn
 * @typedef {{ parent: Suite | undefined, define: Fn, suites: Suite[], tests: Test[], first: Fn[], before: Fn[], after: Fn[] }} Suite
 * @typedef {{ name: string, run: Fn, suite: Suite }} Test
 */

/** @param {Suite | undefined} parent @param {Fn} define @returns {Suite} */
const suiteOf = (parent, define) => ({ parent, define, suites: [], tests: [], first: [], before: [], after: [] });

let current = suiteOf(undefined, () => {});
/** @type {Fn[]} */
let finishers = [];

/** The tests that a module defines. @param {() => Promise<unknown>} load @returns {Promise<Test[]>} */
export async function testsIn(load) {
  const file = suiteOf(undefined, load);
  return collect(file);
}

/** @param {Suite} suite @returns {Promise<Test[]>} */
async function collect(suite) {
  current = suite;
  await suite.define();
  const all = [...suite.tests];
  for (const inner of suite.suites) all.push(...(await collect(inner)));
  return all;
}

/** @param {(name: string, run: Fn) => void} add */
const each =
  (add) => (/** @type {readonly unknown[]} */ rows) => (/** @type {unknown} */ name, /** @type {Fn} */ run) => {
    for (const [at, row] of rows.entries()) {
      const args = Array.isArray(row) ? row : [row];
      add(`${name} (${at})`, (context) => run(...args, context));
    }
  };

/** @param {unknown} _name @param {Fn} define */
const addSuite = (_name, define) => void current.suites.push(suiteOf(current, define));
/** @param {unknown} name @param {unknown} a @param {unknown} [b] What may be before the function, or behind it, are options. */
const addTest = (name, a, b) =>
  void current.tests.push({
    name: `${name}`,
    run: /** @type {Fn} */ (typeof a === 'function' ? a : b),
    suite: current,
  });

/** @template {Fn} A @param {A} add @param {(name: string, run: Fn) => void} one */
const full = (add, one) => {
  const none = Object.assign(() => {}, { each: () => () => {} });
  const all = Object.assign(add, { each: each(one), skip: none });
  return Object.assign(all, {
    skipIf: (/** @type {unknown} */ condition) => (condition ? none : all),
    runIf: (/** @type {unknown} */ condition) => (condition ? all : none),
  });
};

export const describe = full(addSuite, addSuite);
export const it = full(addTest, addTest);
export const test = full(addTest, addTest);
export const beforeAll = (/** @type {Fn} */ run) => void current.first.push(run);
// The process ends with the last of them.
export const afterAll = () => {};
export const beforeEach = (/** @type {Fn} */ run) => void current.before.push(run);
export const afterEach = (/** @type {Fn} */ run) => void current.after.push(run);
export const onTestFinished = (/** @type {Fn} */ run) => void finishers.push(run);

/** Runs a test with all that belongs before and behind it. @param {Test} test @throws what failed first. */
export async function runTest({ run, suite }) {
  /** @type {Suite[]} */
  const suites = [];
  for (let at = /** @type {Suite | undefined} */ (suite); at; at = at.parent) suites.unshift(at);
  /** @type {unknown[]} */
  const failures = [];
  const attempt = async (/** @type {Fn} */ step) => {
    try {
      await step({ expect, onTestFinished, task: {}, signal: new AbortController().signal });
    } catch (error) {
      failures.push(error);
    }
  };
  finishers = [];
  for (const { first } of suites) for (const step of first.splice(0)) await attempt(step);
  for (const { before } of suites) for (const step of before) await attempt(step);
  if (failures.length === 0) await attempt(run);
  for (const { after } of suites.reverse()) for (const step of [...after].reverse()) await attempt(step);
  for (const step of finishers) await attempt(step);
  if (failures.length > 0) throw failures[0];
}
