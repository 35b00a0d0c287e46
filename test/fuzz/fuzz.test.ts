import { expect, it } from 'vitest';
import { CLASSES } from './elements.js';
import { TARGETS } from './targets.js';

/** More of them: `npm run fuzz -- --cases 100000`. */
const CASES = 2_000;
const seed = Number(process.env['SEED'] ?? 1) | 0;

it.each(TARGETS)(`$name: $holds (seed ${seed})`, async (target) => {
  const { report } = await target.check(CASES, seed);
  expect(report).toBeUndefined();
});

it('knows the elements of the core and of the plugins', () => {
  expect(CLASSES.length).toBeGreaterThan(60);
});
