import { describe, expect, it } from 'vitest';
import { EventQueue, type EventQueueOwner } from '../../src/stream/event-queue.js';
import { Seeded } from '../helpers/seeded.js';
import { ManualClock } from '../helpers/stream-clock.js';
import { watchRejections } from '../helpers/stream-rejections.js';

watchRejections();

function queue(owner: Partial<EventQueueOwner> = {}, maxEntries = 4, maxBytes = 1_000) {
  const clock = new ManualClock();
  return { clock, events: new EventQueue(clock, { maxEntries, maxBytes }, { pressure: () => {}, ...owner }) };
}

const settledLater = () => {
  let settle: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
};

describe('order', () => {
  it('runs entries one after another, in the order in which they were pushed', async () => {
    const { clock, events } = queue();
    const seen: number[] = [];
    for (let i = 0; i < 200; i++) events.push({ run: () => seen.push(i) });
    expect(seen).toEqual([]);
    await clock.idle();
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('puts what an entry pushes behind what is there', async () => {
    const { clock, events } = queue();
    const seen: string[] = [];
    events.push({
      run: () => {
        seen.push('first');
        events.push({ run: () => seen.push('pushed by the first') });
      },
    });
    events.push({ run: () => seen.push('second') });
    await clock.idle();
    expect(seen).toEqual(['first', 'second', 'pushed by the first']);
  });

  it('does not wait for the promise of an entry', async () => {
    const { clock, events } = queue();
    const seen: string[] = [];
    const { promise, settle } = settledLater();
    events.push({ run: () => promise.then(() => seen.push('slow')) });
    events.push({ run: () => seen.push('next') });
    await clock.idle();
    expect(seen).toEqual(['next']);
    settle();
    await clock.idle();
    expect(seen).toEqual(['next', 'slow']);
  });

  it('keeps the entries of one lane apart, and lets the others pass', async () => {
    const { clock, events } = queue();
    const lane = {};
    const seen: string[] = [];
    const { promise, settle } = settledLater();
    events.push({ lane, run: () => promise.then(() => seen.push('a done')) });
    events.push({ lane, run: () => seen.push('b') });
    events.push({ lane, run: async () => seen.push('c') });
    events.push({ lane, run: () => seen.push('d') });
    events.push({ run: () => seen.push('other') });
    await clock.idle();
    expect(seen).toEqual(['other']);
    expect(events.length).toBe(3);
    settle();
    await clock.idle();
    expect(seen).toEqual(['other', 'a done', 'b', 'c', 'd']);
    expect(events.length).toBe(0);
  });

  it('keeps the order of every lane, whatever its entries do (random)', async () => {
    const random = new Seeded();
    for (let round = 0; round < 50; round++) {
      const { clock, events } = queue({}, 10_000);
      const lanes = [{}, {}, undefined];
      const started = lanes.map((): number[] => []);
      const running = lanes.map(() => 0);
      let most = 0;
      for (let i = 0; i < 60; i++) {
        const at = random.int(0, 2);
        const ticks = random.int(0, 4);
        events.push({
          lane: lanes[at],
          settles: random.chance(),
          run: () => {
            started[at]?.push(i);
            if (ticks === 0) return undefined;
            running[at] = (running[at] ?? 0) + 1;
            if (at < 2) most = Math.max(most, running[at] ?? 0);
            const work = async (): Promise<void> => {
              for (let tick = 0; tick < ticks; tick++) {
                if (random.chance()) await new Promise((resolve) => setImmediate(resolve));
                else await undefined;
              }
              running[at] = (running[at] ?? 0) - 1;
            };
            return work();
          },
        });
      }
      while (events.length + events.unfinished > 0) await clock.idle();
      expect(most, `seed ${random.seed}`).toBeLessThanOrEqual(1);
      for (const order of started) expect(order, `seed ${random.seed}`).toEqual([...order].sort((a, b) => a - b));
      expect(started.flat().length, `seed ${random.seed}`).toBe(60);
    }
  });
});

describe('turns', () => {
  it('lets whoever awaits what an entry settles go on before the next entry', async () => {
    const { clock, events } = queue();
    const seen: string[] = [];
    let settle: () => void = () => {};
    const inner = new Promise<void>((resolve) => {
      settle = resolve;
    });
    // As many hops as an async function around an async function around a promise has.
    const waiting = (async () => {
      await (async () => {
        await (async () => inner)();
      })();
      seen.push('went on');
    })();
    events.push({ settles: true, run: () => settle() });
    events.push({ run: () => seen.push('next stanza') });
    await waiting;
    await clock.idle();
    expect(seen).toEqual(['went on', 'next stanza']);
  });

  it('does the same for an entry that only finds out while it runs', async () => {
    const { clock, events } = queue();
    const seen: string[] = [];
    let settle: () => void = () => {};
    const inner = new Promise<void>((resolve) => {
      settle = resolve;
    });
    void (async () => {
      await (async () => {
        await inner;
      })();
      seen.push('went on');
    })();
    events.push({
      run: () => {
        settle();
        events.settled();
      },
    });
    events.push({ run: () => seen.push('next stanza') });
    await clock.idle();
    expect(seen).toEqual(['went on', 'next stanza']);
  });

  it('gives that turn also where the entry pushes another', async () => {
    const { clock, events } = queue();
    const seen: string[] = [];
    let settle: () => void = () => {};
    const inner = new Promise<void>((resolve) => {
      settle = resolve;
    });
    void (async () => {
      await (async () => {
        await (async () => inner)();
      })();
      seen.push('went on');
    })();
    events.push({
      settles: true,
      run: () => {
        events.push({ run: () => seen.push('pushed') });
        settle();
      },
    });
    await clock.idle();
    expect(seen).toEqual(['went on', 'pushed']);
  });

  it('does not starve timers, however much there is to do', async () => {
    const { events } = queue({}, 1_000_000);
    // It fills itself for as long as it takes: only a timer that has its turn ends this.
    let fired = false;
    let runs = 0;
    const again = (): void => {
      runs += 1;
      if (!fired && runs < 10_000_000) events.push({ run: again });
    };
    events.push({ run: again });
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        fired = true;
        resolve();
      }, 1);
    });
    expect(runs).toBeLessThan(10_000_000);
  });
});

describe('entries that throw', () => {
  it('reports it and goes on', async () => {
    const failures: unknown[] = [];
    const { clock, events } = queue({ failed: (error) => failures.push(error) });
    const seen: string[] = [];
    events.push({
      run: () => {
        throw new Error('boom');
      },
    });
    events.push({ run: () => seen.push('next') });
    await clock.idle();
    expect(seen).toEqual(['next']);
    expect(failures).toEqual([new Error('boom')]);
  });

  it('frees the lane of one that throws or rejects', async () => {
    const { clock, events } = queue({ failed: () => {} });
    const lane = {};
    const seen: string[] = [];
    events.push({
      lane,
      run: () => {
        throw new Error('boom');
      },
    });
    events.push({ lane, run: () => Promise.reject(new Error('later')) });
    events.push({ lane, run: () => seen.push('third') });
    await clock.idle();
    expect(seen).toEqual(['third']);
  });
});

describe('back-pressure', () => {
  const watched = (maxEntries: number, maxBytes = 1_000) => {
    const calls: [high: boolean, full: boolean][] = [];
    return { calls, ...queue({ pressure: (...call) => calls.push(call) }, maxEntries, maxBytes) };
  };

  it('is high above the bound of entries and low again at half of it', async () => {
    const { calls, clock, events } = watched(4);
    const lengths: number[] = [];
    for (let i = 0; i < 4; i++) events.push({ run: () => lengths.push(events.length) });
    expect(calls).toEqual([]);
    events.push({ run: () => {} });
    expect(calls).toEqual([[true, false]]);
    await clock.idle();
    expect(calls).toEqual([
      [true, false],
      [false, false],
    ]);
  });

  it('is high above the bound of bytes', () => {
    const { calls, events } = watched(100, 1_000);
    events.push({ run: () => {}, size: 1_000 });
    expect(calls).toEqual([]);
    events.push({ run: () => {}, size: 1 });
    expect(calls).toEqual([[true, false]]);
  });

  it('is full at eight times the bound', () => {
    const { calls, events } = watched(4);
    for (let i = 0; i < 33; i++) events.push({ run: () => {} });
    expect(calls).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it('counts what waits in a lane and what has not finished', async () => {
    const { calls, clock, events } = watched(4);
    const lane = {};
    const { promise, settle } = settledLater();
    for (let i = 0; i < 3; i++) events.push({ lane, run: () => promise, size: 10 });
    for (let i = 0; i < 3; i++) events.push({ run: () => promise, size: 10 });
    await clock.idle();
    expect(calls).toEqual([[true, false]]);
    expect(events.length).toBe(2);
    expect(events.unfinished).toBe(4);
    settle();
    await clock.idle();
    expect(calls).toEqual([
      [true, false],
      [false, false],
    ]);
    expect(events.unfinished).toBe(0);
  });

  it('is not full of what waits in a lane, whose entry may wait for what is still to be read, up to sixteen times as much', async () => {
    const { calls, clock, events } = watched(4);
    const lane = {};
    const { promise, settle } = settledLater();
    const push = (count: number): void => {
      for (let i = 0; i < count; i++) events.push({ lane, run: () => promise });
    };
    for (let i = 0; i < 16; i++) {
      push(16);
      await clock.idle();
    }
    expect(calls).toEqual([[true, false]]);
    push(256);
    await clock.idle();
    expect(calls.at(-1)).toEqual([true, true]);
    settle();
    await clock.idle();
    expect(calls.at(-1)).toEqual([false, false]);
  });
});

it('is full beyond eight times its bounds, and until half of that has gone', async () => {
  const calls: [high: boolean, full: boolean][] = [];
  const { clock, events } = queue({ pressure: (high, full) => calls.push([high, full]) }, 1_000, 100);
  const ends: (() => void)[] = [];
  const run = () => new Promise<void>((resolve) => ends.push(resolve));
  for (let i = 0; i < 8; i++) events.push({ run, size: 100 });
  expect(calls).toEqual([[true, false]]);
  events.push({ run, size: 1 });
  expect(calls.splice(0)).toEqual([
    [true, false],
    [true, true],
  ]);
  await clock.idle();
  // Down to just above four times.
  for (const end of ends.splice(0, 4)) end();
  await clock.idle();
  expect(calls).toEqual([]);
  ends.pop()?.();
  await clock.idle();
  expect(calls).toEqual([[true, false]]);
});
