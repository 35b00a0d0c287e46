import fc from 'fast-check';
import { it } from 'vitest';
import { givenSeed } from '../harness.js';
import { cases } from './cases.js';
import { compare } from './compare.js';

/** More of them: `npm run fuzz -- --cases 100000`. */
const CASES = 2_000;
const seed = givenSeed() | 0;

it(`a stream says the same by both parsers, however it is cut, looked at and written again (seed ${seed})`, () => {
  fc.assert(fc.property(cases, compare), { numRuns: CASES, seed });
}, 120_000);
