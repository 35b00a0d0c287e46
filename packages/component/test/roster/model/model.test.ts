import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ComponentModel } from './model.js';
import { PlayedComponent } from './played.js';
import { type Step, step } from './steps.js';

const RUNS = Number(process.env['SESTINA_MODEL_RUNS'] ?? 150);
const SEED = Number(process.env['SEED'] ?? 1);

/** Plays the steps to a component and to the model, and compares what can be seen after each. */
async function compare(stored: boolean, steps: readonly Step[]): Promise<void> {
  const played = await PlayedComponent.start(stored);
  const model = new ComponentModel(stored);
  try {
    for (const [index, next] of steps.entries()) {
      model.run(next);
      await played.run(next);
      const { sent, events, visible } = model;
      const said = played.takeSent();
      // To whom a broadcast goes first is nobody's business.
      if (next.kind === 'broadcast') for (const list of [sent, said]) list.sort();
      const is = { sent: said, events: played.events, visible: await played.visible() };
      // Quicker than a matcher that is not needed most of the time.
      if (!isDeepStrictEqual(is, { sent, events, visible })) {
        expect(is, `step ${index}: ${JSON.stringify(next)}`).toEqual({ sent, events, visible });
      }
      for (const list of [sent, events, played.events]) list.length = 0;
    }
  } finally {
    await played.close();
  }
}

it(`the rosters of a component are what a plain model of RFC 6121 says, in ${RUNS} random sequences (seed ${SEED})`, async () => {
  const steps = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' });
  await fc.assert(fc.asyncProperty(fc.boolean(), steps, compare), { seed: SEED, numRuns: RUNS });
}, 0);
