// Compares the two parsers with each other, and what is written with what they read of it: npm run fuzz
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { cases } from './cases.js';
import { compare } from './compare.js';
import { trees, writeAndRead } from './written.js';

const USAGE = `npm run fuzz -- [OPTION…]
  --cases N  how many inputs it reads in every way (default 20000)
  --seed S   makes the same inputs again
`;

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: `${Math.floor(Math.random() * 0xffff_ffff)}` },
    help: { type: 'boolean', default: false },
  },
});

/** The exit code. */
function main(): number {
  const [numRuns, seed] = [Number(options.cases), Number(options.seed) | 0];
  const wrong = !Number.isSafeInteger(numRuns) || numRuns < 1 || !Number.isSafeInteger(Number(options.seed));
  if (options.help || wrong) {
    (wrong ? process.stderr : process.stdout).write(USAGE);
    return wrong ? 2 : 0;
  }
  process.stdout.write(`${numRuns} cases, seed ${seed}\n`);
  const read = fc.check(fc.property(cases, compare), { numRuns, seed });
  const written = fc.check(
    fc.property(trees, (tree) => void writeAndRead(tree)),
    { numRuns, seed },
  );
  return tell('read', read, seed) + tell('written', written, seed) > 0 ? 1 : 0;
}

/** 1 where there was a difference. */
function tell<T>(what: string, result: fc.RunDetails<T>, seed: number): number {
  if (!result.failed) {
    process.stdout.write(`${what}: no difference\n`);
    return 0;
  }
  const { errorInstance, numRuns, numShrinks } = result;
  const message = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  process.stderr.write(
    `${what}: case ${numRuns}, made smaller ${numShrinks} times\n${message}\nagain: --seed ${seed}\n`,
  );
  return 1;
}

process.exitCode = main();
