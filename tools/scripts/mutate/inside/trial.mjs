// @ts-check
import process from 'node:process';
import { setImmediate as turn } from 'node:timers/promises';
import { runTest } from './vitest.mjs';

// Before a test replaces them.
const { setTimeout, clearTimeout, performance } = globalThis;

/** @typedef {'passed' | 'failed' | 'hung'} Outcome */

// So long nothing may be under way: what a thread of the platform computes is not seen.
const IDLE = 400;
const LOOK = 25;

/** What the process waits for, but for the timer that looks. */
const waitsFor = () => process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length;

/**
 * Resolves when nothing can happen any more that the test waits for, or that long after it began.
 * @param {number} before @param {number} longest @param {AbortSignal} over
 */
function stuck(before, longest, over) {
  const start = performance.now();
  let busy = start;
  return new Promise((resolve) => {
    const look = () => {
      if (over.aborted) return;
      const now = performance.now();
      if (waitsFor() > before) busy = now;
      if (now - busy > IDLE || now - start > longest) resolve('hung');
      else timer = setTimeout(look, LOOK);
    };
    let timer = setTimeout(look, LOOK);
    over.addEventListener('abort', () => clearTimeout(timer));
  });
}

/**
 * Runs a test once. It hangs where it has not ended and nothing is under way that could end it; it fails, too, where a promise is
 * rejected that nobody waits for.
 * @param {import('./vitest.mjs').Test} test @param {number} longest In milliseconds. @returns {Promise<Outcome>}
 */
export async function tryTest(test, longest) {
  const over = new AbortController();
  let outcome = /** @type {Outcome} */ ('passed');
  const failed = () => {
    outcome = 'failed';
  };
  process.on('unhandledRejection', failed).on('uncaughtException', failed);
  const before = waitsFor();
  try {
    const hung = stuck(before, longest, over.signal);
    await Promise.race([
      runTest(test).catch(failed),
      hung.then((result) => {
        outcome = result;
      }),
    ]);
    // Rejections that nobody waits for are told of at the end of a turn.
    await turn();
    return outcome;
  } finally {
    over.abort();
    process.off('unhandledRejection', failed).off('uncaughtException', failed);
  }
}
