import { readdirSync, readFileSync, statSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { givenSeed } from '../harness.js';
import { compare } from './compare.js';
import { mutated, mutations } from './mutations.js';

const FOLDER = new URL('../../../../test/badxml/', import.meta.url);
/** Longer ones take too long to be read in every way. */
const LONGEST = 20_000;
const files = readdirSync(FOLDER).filter(
  (name) => name.endsWith('.xml') && statSync(new URL(name, FOLDER)).size <= LONGEST,
);
/** More of them: SEED=2, SEED=3, … */
const MUTATED = 4;
const seed = givenSeed() | 0;

it('there is a corpus', () => {
  expect(files.length).toBeGreaterThan(100);
});

it.each(files)(`%s, and what becomes of it, is the same to saxes and to the tokenizer (seed ${seed})`, (file) => {
  const bytes = new Uint8Array(readFileSync(new URL(file, FOLDER)));
  compare({ header: '', body: bytes, tight: undefined, seed });
  const property = fc.property(mutations, fc.nat(0x7fff_ffff), (list, each) => {
    compare({ header: '', body: list.reduce(mutated, bytes), tight: undefined, seed: each });
  });
  fc.assert(property, { numRuns: MUTATED, seed });
});
