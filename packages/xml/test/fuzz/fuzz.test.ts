import fc from 'fast-check';
import { expect, it } from 'vitest';
import { givenSeed } from '../harness.js';
import { cases } from './cases.js';
import { compare } from './compare.js';
import { trees, writeAndRead } from './written.js';

/** More of them: `npm run fuzz -- --cases 100000`. */
const CASES = 2_000;
const TREES = 1_000;
const seed = givenSeed() | 0;

it(`a stream says the same by both parsers, however it is cut, looked at and written again (seed ${seed})`, () => {
  fc.assert(fc.property(cases, compare), { numRuns: CASES, seed });
}, 120_000);

it(`what is written of any tree is the same one to both parsers, or is refused with a SerializeError (seed ${seed})`, () => {
  let written = 0;
  const property = fc.property(trees, (tree) => {
    if (writeAndRead(tree)) written += 1;
  });
  fc.assert(property, { numRuns: TREES, seed });
  expect(written).toBeGreaterThan(TREES / 4);
  expect(written).toBeLessThan(TREES);
}, 120_000);
