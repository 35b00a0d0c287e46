import { describe, expect, it } from 'vitest';
import { BusyError } from '../../src/errors.js';
import type { Registration } from '../../src/registration.js';
import { Gate } from '../../src/util/gate.js';
import { Seeded } from '../helpers/seeded.js';

const random = new Seeded();
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Work that ends when it is told to. */
function manual() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve) => ends.push(() => resolve(name)));
  };
  return { begun, ends, work };
}

describe('Gate', () => {
  it('lets in so many, of one key fewer, and a place that is given back is taken once', () => {
    const gate = new Gate({ what: 'requests', total: 3, perKey: 2 });
    const places = ['a', 'a', 'b'].map((key) => gate.enter({ key }));
    expect(places.every((place) => place !== undefined)).toBe(true);
    expect([gate.enter({ key: 'a' }), gate.enter({ key: 'c' }), gate.size]).toEqual([undefined, undefined, 3]);
    places[0]?.dispose();
    places[0]?.dispose();
    expect(gate.size).toBe(2);
    expect(gate.enter({ key: 'c' })).toBeDefined();
    expect(gate.enter({ key: 'c' })).toBeUndefined();
  });

  it('has places for our own account and server that no stranger can take', () => {
    const gate = new Gate({ what: 'requests', total: 2 });
    for (let i = 0; i < 5; i++) gate.enter({ key: String(i) });
    const own = [gate.enter({ own: true }), gate.enter({ own: true }), gate.enter({ own: true })];
    expect(own.map((place) => place !== undefined)).toEqual([true, true, false]);
  });

  it('does work in turn', async () => {
    const gate = new Gate({ what: 'calls', total: 1 });
    const { begun, ends, work } = manual();
    const results = Promise.all(['a', 'b', 'c'].map((name) => gate.run(work(name))));
    for (let i = 0; i < 3; i++) {
      await settle();
      ends[i]?.();
    }
    expect(await results).toEqual(['a', 'b', 'c']);
    expect([begun, gate.size, gate.waiting]).toEqual([['a', 'b', 'c'], 0, 0]);
  });

  it('gives the place back where work fails, before or after its first promise', async () => {
    const gate = new Gate({ what: 'calls', total: 1 });
    const fault = new Error('broken');
    const throws = (): never => {
      throw fault;
    };
    await expect(gate.run(throws)).rejects.toBe(fault);
    await expect(gate.run(async () => throws())).rejects.toBe(fault);
    expect(gate.size).toBe(0);
  });

  it('does not let one key keep others out', async () => {
    const gate = new Gate({ what: 'calls', total: 2, perKey: 1 });
    const { begun, work } = manual();
    for (const [key, name] of [
      ['a', 'a1'],
      ['a', 'a2'],
      ['b', 'b1'],
    ] as const)
      void gate.run(work(name), { key });
    await settle();
    expect([begun, gate.waiting]).toEqual([['a1', 'b1'], 1]);
  });

  it('lets go who gives up while it waits, and keeps the place of work that has begun', async () => {
    const gate = new Gate({ what: 'calls', total: 1 });
    const { begun, ends, work } = manual();
    const controller = new AbortController();
    const { signal } = controller;
    const first = gate.run(work('a'), { signal });
    const second = gate.run(work('b'), { signal }).catch((error: unknown) => error);
    const third = gate.run(work('c'));
    controller.abort('enough');
    expect(await second).toBe('enough');
    expect([gate.size, gate.waiting]).toEqual([1, 1]);
    ends[0]?.();
    expect(await first).toBe('a');
    await settle();
    ends[1]?.();
    expect(await third).toBe('c');
    expect(begun).toEqual(['a', 'c']);
    await expect(gate.run(work('d'), { signal })).rejects.toBe('enough');
  });

  it('lets only so many wait', async () => {
    const gate = new Gate({ what: 'calls', total: 1, maxWaiting: 1 });
    const { work } = manual();
    void gate.run(work('a'));
    void gate.run(work('b'));
    await expect(gate.run(work('c'))).rejects.toEqual(new BusyError('calls', 1));
    void gate.run(work('d'), { own: true });
    void gate.run(work('e'), { own: true });
    expect(gate.waiting).toBe(2);
  });

  it(`does what a slow model does (SEED=${random.seed})`, async () => {
    const [total, perKey, maxWaiting] = [random.int(1, 5), random.int(1, 3), random.int(0, 4)];
    const gate = new Gate({ what: 'calls', total, perKey, maxWaiting });
    interface Visit {
      readonly key: string;
      readonly own: boolean;
      readonly id: number;
    }
    const inside: Visit[] = [];
    const queue: (Visit & { controller: AbortController })[] = [];
    const begun: number[] = [];
    const expected: number[] = [];
    const leave = new Map<number, () => void>();
    const hasRoom = ({ key, own }: Visit): boolean => {
      const side = inside.filter((other) => other.own === own);
      return side.length < total && side.filter((other) => other.key === key).length < perKey;
    };
    const admit = (): void => {
      for (const visit of [...queue]) {
        if (!hasRoom(visit)) continue;
        queue.splice(queue.indexOf(visit), 1);
        inside.push(visit);
        expected.push(visit.id);
      }
    };
    const places = new Map<number, Registration>();
    for (let id = 0; id < 1_500; id++) {
      const visit = { id, key: random.pick(['a', 'b', 'c']), own: random.int(0, 3) === 0 };
      const act = random.pick(['enter', 'run', 'run', 'leave', 'leave', 'abort'] as const);
      if (act === 'enter') {
        const room = hasRoom(visit);
        const place = gate.enter(visit);
        expect(place !== undefined).toBe(room);
        if (!place) continue;
        inside.push(visit);
        places.set(id, place);
      } else if (act === 'run') {
        const controller = new AbortController();
        const room = hasRoom(visit);
        const refused = !room && queue.filter(({ own }) => own === visit.own).length >= maxWaiting;
        const work = (): Promise<void> => {
          begun.push(id);
          return new Promise((resolve) => leave.set(id, resolve));
        };
        const done = gate.run(work, { ...visit, signal: controller.signal });
        if (refused) await expect(done).rejects.toThrow(BusyError);
        else done.catch(() => {});
        if (room) {
          inside.push(visit);
          expected.push(id);
        } else if (!refused) queue.push({ ...visit, controller });
      } else if (act === 'leave' && inside.length > 0) {
        const gone = random.pick(inside);
        inside.splice(inside.indexOf(gone), 1);
        places.get(gone.id)?.dispose();
        leave.get(gone.id)?.();
        admit();
      } else if (act === 'abort' && queue.length > 0) {
        const [gone] = queue.splice(random.int(0, queue.length - 1), 1);
        gone?.controller.abort();
      }
      await settle();
      expect(begun).toEqual(expected);
      expect([gate.size, gate.waiting]).toEqual([inside.length, queue.length]);
    }
  });
});
