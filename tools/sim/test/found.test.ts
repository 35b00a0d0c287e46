import { expect, it } from 'vitest';
import { sim } from '../src/sim.js';

it.each([
  [17_477, 'what was told to be failed by disconnect() is not sent by the process after one that is killed then'],
  [56_390, 'what was counted while a write of the store hung is not counted again by the next process'],
  [
    59_949,
    'what did not come again before a session was lost is not waited for in the next one, which counts from its first stanza',
  ],
  [116_368, 'what was given up while a write of the store hung does not shift the numbers of what is sent again'],
])('seed %d found a fault once: %s', async (seed) => {
  expect((await sim(seed)).failures).toEqual([]);
});
