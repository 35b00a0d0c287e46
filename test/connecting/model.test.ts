import fc from 'fast-check';
import { describe, it } from 'vitest';
import { lives, play } from './model.js';
import { onTheClockAlone } from './on-the-clock.js';

onTheClockAlone();

/** More of them: `CONNECTING_RUNS=100000 npx vitest run --project unit test/connecting/model.test.ts`. */
const RUNS = Number(process.env['CONNECTING_RUNS'] ?? 200);
const SEED = Number(process.env['SEED'] ?? 1);

describe('whatever happens to the network and the servers', () => {
  it(
    'a good place that stays is reached in time, none is hammered, and nothing is final that should not be (random)',
    async () => {
      // Where it fails, the error has the seed, and the shortest life that shows it.
      await fc.assert(fc.asyncProperty(lives, play), { numRuns: RUNS, seed: SEED });
    },
    Math.max(60_000, RUNS * 200),
  );
});
