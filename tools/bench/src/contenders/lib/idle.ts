import { queryObjects } from 'node:v8';
import { heap } from './heap.js';
import { config, cpuOfWork, finish } from './sample.js';
import { pendingTimers } from './timers.js';

interface IdleConfig {
  readonly sessions: number;
}

const WARMUP = 20;

interface State {
  readonly heap: number;
  readonly timers: number;
  readonly objects: number;
}

async function state(): Promise<State> {
  return { heap: await heap(), timers: pendingTimers(), objects: Number(queryObjects(Object)) };
}

/**
 * Measures what a session that does nothing costs, prints the sample and ends the process.
 * @param open Opens one session; what it returns is kept.
 */
export async function measureIdle(open: (i: number) => Promise<object>): Promise<void> {
  const { sessions } = config<IdleConfig>();
  const kept: object[] = [];
  const openMany = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 10) {
      kept.push(...(await Promise.all(Array.from({ length: Math.min(10, count - i) }, (_, j) => open(i + j)))));
    }
  };
  // The code itself, and what is made once, are not a session's.
  await openMany(WARMUP);
  const before = await state();
  const login = await cpuOfWork(() => openMany(sessions));
  const after = await state();
  const each = (key: keyof State): number => (after[key] - before[key]) / sessions;
  const values = {
    heap: each('heap') / 1_024,
    timers: each('timers'),
    objects: each('objects'),
    login: login / sessions,
  };
  finish(values, { sessions: kept.length - WARMUP });
}
