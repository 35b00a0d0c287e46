import { describe, expect, it } from 'vitest';
import { EventQueue, type EventQueueOwner } from '../../src/stream/event-queue.js';
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

describe('an entry that does not come to an end', () => {
  it('F26: stops counting a handler that never comes to an end, says so once, and keeps no timer', async () => {
    const overdue: string[] = [];
    const calls: boolean[] = [];
    const { clock, events } = queue({ overdue: (what) => overdue.push(what), pressure: (high) => calls.push(high) }, 1);
    for (let i = 0; i < 2; i++) events.push({ run: () => new Promise(() => {}), what: () => `handler ${i}` });
    await clock.idle();
    expect(calls).toEqual([true]);
    await clock.advance(59_000);
    expect(overdue).toEqual([]);
    await clock.advance(2_000);
    expect(overdue).toEqual(['handler 0', 'handler 1']);
    expect(calls).toEqual([true, false]);
    expect(clock.pending).toBe(0);
    await clock.advance(600_000);
    expect(overdue.length).toBe(2);
  });

  it('lets the lane of such a one go on, and is less patient with those behind it until one comes to an end', async () => {
    const { clock, events } = queue({}, 100);
    const lane = {};
    const begun: number[] = [];
    const settle: (() => void)[] = [];
    for (let i = 0; i < 5; i++) {
      const run = () => {
        begun.push(i);
        return i < 3 ? new Promise(() => {}) : new Promise<void>((resolve) => settle.push(resolve));
      };
      events.push({ run, lane });
    }
    await clock.advance(59_999);
    expect(begun).toEqual([0]);
    await clock.advance(1);
    expect(begun).toEqual([0, 1]);
    await clock.advance(2_000);
    expect(begun).toEqual([0, 1, 2, 3]);
    settle.shift()?.();
    await clock.idle();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    events.push({ run: () => begun.push(5), lane });
    await clock.advance(59_000);
    expect(begun.length).toBe(5);
    settle.shift()?.();
    await clock.idle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(events.length + events.unfinished).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('does not run the next of a lane twice where one that was given up comes to an end late', async () => {
    const { clock, events } = queue({}, 100);
    const lane = {};
    const begun: number[] = [];
    const late = settledLater();
    const second = settledLater();
    events.push({ run: () => late.promise, lane });
    const run = () => {
      begun.push(1);
      return second.promise;
    };
    events.push({ run, lane });
    events.push({ run: () => begun.push(2), lane });
    await clock.advance(60_000);
    expect(begun).toEqual([1]);
    late.settle();
    await clock.idle();
    expect(begun).toEqual([1]);
    second.settle();
    await clock.idle();
    expect(begun).toEqual([1, 2]);
  });

  it('counts the bytes of such a one once, also where it comes to an end after all', async () => {
    const calls: boolean[] = [];
    const { clock, events } = queue({ pressure: (high) => calls.push(high) }, 100, 100);
    const { promise, settle } = settledLater();
    events.push({ run: () => promise, size: 90 });
    await clock.advance(61_000);
    settle();
    await clock.idle();
    events.push({ run: () => {}, size: 101 });
    expect(calls).toEqual([true]);
  });

  it('is given up in its own time, however many were given up before, and is something where it has no name', async () => {
    const overdue: [what: string, at: number][] = [];
    const { clock, events } = queue({ overdue: (what) => overdue.push([what, clock.monotonic()]) }, 100);
    events.push({ run: () => new Promise(() => {}), what: () => 'the first' });
    await clock.advance(30_000);
    events.push({ run: () => new Promise(() => {}) });
    await clock.advance(60_000);
    expect(overdue).toEqual([
      ['the first', 60_000],
      ['something', 90_000],
    ]);
    expect(events.unfinished).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('has no timer once every handler has finished', async () => {
    const { clock, events } = queue();
    events.push({ run: async () => {} });
    await clock.idle();
    expect(clock.pending).toBe(0);
  });
});
