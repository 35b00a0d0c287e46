import { expect, it } from 'vitest';
import { sim } from '../src/sim.js';

const ONCE = 50;

/** Simulates a thousand seeds. */
export function simulateFrom(first: number): void {
  const starts = Array.from({ length: 1_000 / ONCE }, (_, at) => first + at * ONCE);
  it.each(starts)('nothing is lost, doubled or left behind, whatever happens (seeds from %d)', async (start) => {
    for (let seed = start; seed < start + ONCE; seed++) {
      const { failures } = await sim(seed);
      expect(failures, `npm run sim -- --seeds 1 --seed ${seed}`).toEqual([]);
    }
  });
}
