import { expect, it } from 'vitest';
import { sim } from '../src/sim.js';

it.each([
  [17_477, 'what was told to be failed by disconnect() is not sent by the process after one that is killed then'],
])('seed %d found a fault once: %s', async (seed) => {
  expect((await sim(seed)).failures).toEqual([]);
});
