import { describe, expect, it } from 'vitest';
import { planFrom } from '../src/plan.js';
import type { Saboteur } from '../src/sabotage.js';
import { shrink } from '../src/shrink.js';
import { sim } from '../src/sim.js';

describe('a simulation', () => {
  it('is the same for the same seed, to the last step, and another one for another seed', async () => {
    for (let seed = 1; seed <= 15; seed++) {
      const [once, again] = [await sim(seed), await sim(seed)];
      expect(again, `seed ${seed}`).toEqual(once);
      expect(once.trace.length).toBeGreaterThan(20);
    }
    expect((await sim(1)).trace).not.toEqual((await sim(2)).trace);
  });

  it('does what it is for: sessions are resumed, restored and lost, and messages go', async () => {
    const traces: string[] = [];
    let messages = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const simulation = await sim(seed);
      traces.push(...simulation.trace);
      messages += simulation.messages;
    }
    const count = (text: RegExp): number => traces.filter((line) => text.test(line)).length;
    expect(messages).toBeGreaterThan(200);
    for (const text of [
      /sessionResumed/,
      /sessionRestored/,
      /sessionEnd/,
      /may have arrived/,
      /is killed/,
      /is unknown/,
    ]) {
      expect(count(text), String(text)).toBeGreaterThan(5);
    }
    expect(count(/is acked/)).toBeGreaterThan(messages / 2);
  });

  it.each<[Saboteur, RegExp]>([
    ['forgets a stanza', /lost|unsettled/],
    ['counts one too many', /acknowledged|lost|stream error|unsettled/],
    ['loses writes', /lost/],
  ])('finds out who %s, and makes that small', async (saboteur, rules) => {
    let found: number | undefined;
    for (let seed = 1; seed <= 400 && found === undefined; seed++) {
      const { failures } = await sim(seed, { saboteur });
      if (failures.length > 0) found = seed;
    }
    expect(found).toBeDefined();
    const plan = planFrom(found ?? 0);
    const smallest = await shrink(plan, { saboteur });
    expect(smallest?.failures.map(({ rule }) => rule).join()).toMatch(rules);
    expect(smallest?.plan.steps.length).toBeLessThan(Math.min(10, plan.steps.length));
    expect(await shrink(plan)).toBeUndefined();
  });
});
