import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RosterModel } from './model.js';
import { PlayedRoster } from './played.js';
import { type Step, step } from './steps.js';

const RUNS = Number(process.env['SESTINA_MODEL_RUNS'] ?? 150);
const SEED = Number(process.env['SEED'] ?? 1);

/** Plays the steps to a client and to the model, and compares what can be seen after each. */
async function compare(steps: readonly Step[]): Promise<void> {
  const played = await PlayedRoster.start();
  const model = new RosterModel();
  try {
    for (const [index, next] of steps.entries()) {
      model.run(next);
      await played.run(next);
      const { sent, outcomes, events, visible } = model;
      // Which of the contacts that a whole roster hides is told first is nobody's business.
      if (next.kind === 'fetch' || next.kind === 'update') for (const list of [events, played.events]) list.sort();
      const is = { sent: played.takeSent(), outcomes: played.outcomes, events: played.events, visible: played.visible };
      // Quicker than a matcher that is not needed most of the time.
      if (!isDeepStrictEqual(is, { sent, outcomes, events, visible })) {
        expect(is, `step ${index}: ${JSON.stringify(next)}`).toEqual({ sent, outcomes, events, visible });
      }
      for (const list of [sent, outcomes, events, played.outcomes, played.events]) list.length = 0;
    }
  } finally {
    await played.close();
  }
}

it(`the roster of a client is what a plain model of RFC 6121 says, in ${RUNS} random sequences (seed ${SEED})`, async () => {
  const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }), compare);
  await fc.assert(property, { seed: SEED, numRuns: RUNS });
}, 0);
