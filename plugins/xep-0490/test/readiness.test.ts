import { expect, it } from 'vitest';
import { Readiness } from '../src/readiness.js';

it('what is ready is so until it is lost, and then anew', async () => {
  const ready = new Readiness();
  const first = ready.promise;
  ready.lost();
  expect([ready.is, ready.promise === first]).toEqual([false, true]);
  ready.reached();
  await first;
  expect(ready.is).toBe(true);
  ready.lost();
  expect([ready.is, ready.promise === first]).toEqual([false, false]);
});

it('what will never be ready rejects, also where it was', async () => {
  const ready = new Readiness();
  ready.reached();
  ready.never(new Error('removed'));
  expect(ready.is).toBe(false);
  await expect(ready.promise).rejects.toThrow('removed');
});
