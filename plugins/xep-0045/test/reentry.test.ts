import { type Random, SestinaError } from '@sestina/core';
import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { Reentry } from '../src/reentry.js';

class Passing extends SestinaError {
  static override readonly name = 'Passing';
  readonly code = 'ERR_PASSING';
  override readonly retryable = true;
}

/** Coming back to a room, where each attempt ends as the list says, and the last one again and again; pauses are as long as may be. */
function returning(outcomes: readonly (Error | undefined)[]) {
  const clock = new VirtualClock();
  const attempts: number[] = [];
  const given: unknown[] = [];
  const random = { fraction: () => 1 } as unknown as Random;
  const reentry = new Reentry({
    clock,
    random,
    enter: async () => {
      attempts.push(clock.monotonic());
      const outcome = outcomes[attempts.length - 1] ?? outcomes.at(-1);
      if (outcome) throw outcome;
    },
    gaveUp: (error) => given.push(error),
  });
  return { clock, attempts, given, reentry };
}
const busy = new Passing('busy');
const pausesOf = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe('coming back to a room', () => {
  it('is tried at once, then after longer and longer pauses, of ten minutes at most, and given up', async () => {
    const { clock, attempts, given, reentry } = returning([busy]);
    const done = reentry.begin().catch((error: unknown) => error);
    expect(reentry.begin()).toBe(reentry.begin());
    await clock.advance(10_000_000);
    expect(await done).toBe(busy);
    expect(attempts[0]).toBe(0);
    expect(pausesOf(attempts)).toEqual([
      ...[4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000, 600_000, 600_000, 600_000, 600_000],
    ]);
    expect(given).toEqual([busy]);
  });

  it('is given up at once for what will not pass, and can begin anew', async () => {
    const banned = new Error('banned');
    const { clock, attempts, given, reentry } = returning([banned, undefined]);
    expect(await reentry.begin().catch((error: unknown) => error)).toBe(banned);
    await reentry.begin();
    await clock.runUntilIdle();
    expect([attempts, given]).toEqual([[0, 0], [banned]]);
  });

  it('may be hurried, and stopped, without a word', async () => {
    const { clock, attempts, given, reentry } = returning([busy]);
    const done = reentry.begin().catch((error: unknown) => error);
    await clock.advance(1_000);
    void reentry.hurry();
    await clock.runUntilIdle();
    expect(attempts).toEqual([0, 1_000]);
    reentry.stop(new Error('enough'));
    expect(await done).toMatchObject({ message: 'enough' });
    await clock.advance(10_000_000);
    expect([attempts.length, given, clock.pending]).toEqual([2, [], []]);
  });

  it('waits the longer the more often we are put out, unless we were in for a minute', async () => {
    const { clock, attempts, reentry } = returning([undefined]);
    const pauses: number[] = [];
    for (const stay of [0, 10_000, 59_999, 60_000, 0]) {
      reentry.entered();
      await clock.advance(stay);
      const before = clock.monotonic();
      reentry.fault();
      await clock.advance(100_000);
      pauses.push((attempts.at(-1) ?? 0) - before);
    }
    expect(pauses).toEqual([4_000, 8_000, 16_000, 4_000, 8_000]);
  });
});
