import { describe, expect, it } from 'vitest';
import { Coalescer } from '../../src/util/coalescer.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { Seeded } from '../helpers/seeded.js';

const random = new Seeded();
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs that end when they are told to. */
function manual(clock: FakeClock, delay?: number) {
  const ends: { end(): void; fail(error: unknown): void }[] = [];
  const failures: unknown[] = [];
  let runs = 0;
  const coalescer = new Coalescer(clock, {
    run: () => {
      runs += 1;
      return new Promise<void>((resolve, reject) => ends.push({ end: resolve, fail: reject }));
    },
    failed: (error) => failures.push(error),
    delay,
  });
  return { coalescer, ends, failures, runs: () => runs };
}

describe('Coalescer', () => {
  it('runs once for all changes of one turn', () => {
    const clock = new FakeClock();
    const { coalescer, runs } = manual(clock);
    coalescer.schedule();
    coalescer.schedule();
    expect([runs(), coalescer.busy]).toEqual([0, true]);
    clock.advance(0);
    expect(runs()).toBe(1);
  });

  it('runs once more for all that changes while it runs, and never twice at a time', async () => {
    const clock = new FakeClock();
    const { coalescer, ends, runs } = manual(clock);
    coalescer.schedule();
    clock.advance(0);
    coalescer.schedule();
    coalescer.schedule();
    clock.advance(0);
    expect(runs()).toBe(1);
    ends[0]?.end();
    await settle();
    clock.advance(0);
    expect(runs()).toBe(2);
    ends[1]?.end();
    await settle();
    expect([runs(), coalescer.busy, clock.pending]).toEqual([2, false, 0]);
  });

  it('tells what a run throws, in its promise or before, and runs at the next change', async () => {
    const clock = new FakeClock();
    const { coalescer, ends, failures, runs } = manual(clock);
    coalescer.schedule();
    clock.advance(0);
    const fault = new Error('disk full');
    ends[0]?.fail(fault);
    await settle();
    expect(failures).toEqual([fault]);
    coalescer.schedule();
    clock.advance(0);
    expect(runs()).toBe(2);
    const throws = new Coalescer(clock, {
      run: () => {
        throw fault;
      },
      failed: (error) => failures.push(error),
    });
    throws.schedule();
    await throws.flush();
    expect(failures).toEqual([fault, fault]);
  });

  it('waits for its delay, unless somebody waits for the end', async () => {
    const clock = new FakeClock();
    const { coalescer, ends, runs } = manual(clock, 100);
    coalescer.schedule();
    clock.advance(99);
    expect(runs()).toBe(0);
    const idle = coalescer.flush();
    expect(runs()).toBe(1);
    coalescer.schedule();
    ends[0]?.end();
    await settle();
    clock.advance(0);
    expect(runs()).toBe(2);
    ends[1]?.end();
    await idle;
    clock.advance(1_000);
    expect([runs(), coalescer.busy]).toEqual([2, false]);
  });

  it('runs no more once it is disposed of, and lets nobody wait', async () => {
    const clock = new FakeClock();
    const { coalescer, ends, runs } = manual(clock);
    coalescer.schedule();
    clock.advance(0);
    coalescer.schedule();
    const idle = coalescer.flush();
    coalescer.dispose();
    coalescer.schedule();
    ends[0]?.end();
    await idle;
    clock.advance(0);
    expect([runs(), coalescer.busy, clock.pending]).toEqual([1, false, 0]);
  });

  it('runs no more once it is disposed of, where a run was ahead of its plan', async () => {
    const clock = new FakeClock();
    const { coalescer, ends, runs } = manual(clock);
    coalescer.schedule();
    const idle = coalescer.flush();
    coalescer.dispose();
    clock.advance(0);
    expect(runs()).toBe(1);
    ends[0]?.end();
    await idle;
    expect(coalescer.busy).toBe(false);
  });

  it(`never misses the last change (SEED=${random.seed})`, async () => {
    const clock = new FakeClock();
    let value = 0;
    let saved = -1;
    let running = 0;
    const ends: (() => void)[] = [];
    const coalescer = new Coalescer(clock, {
      run: async () => {
        running += 1;
        expect(running).toBe(1);
        const seen = value;
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
        if (random.int(0, 5) === 0) throw new Error('failed');
        saved = seen;
      },
      // What failed is tried again at once.
      failed: () => coalescer.schedule(),
      delay: random.maybe(() => random.int(1, 5)),
    });
    for (let step = 0; step < 400; step++) {
      const act = random.int(0, 3);
      if (act === 0) {
        value += 1;
        coalescer.schedule();
      } else if (act === 1) ends.shift()?.();
      else clock.advance(random.int(0, 3));
      if (random.chance()) await settle();
      // Nothing waits: what was saved is what is there.
      if (!coalescer.busy && value > 0) expect(saved).toBe(value);
    }
    while (coalescer.busy) {
      ends.shift()?.();
      await settle();
      clock.advance(5);
    }
    expect(saved).toBe(value > 0 ? value : -1);
  });
});
