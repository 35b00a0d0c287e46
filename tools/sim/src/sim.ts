import type { Failure } from './book.js';
import { checkEnd, checkLetters } from './oracle.js';
import { type Plan, planFrom } from './plan.js';
import type { Saboteur } from './sabotage.js';
import { World } from './world.js';

/** What has happened. */
export interface Simulation {
  readonly plan: Plan;
  readonly failures: readonly Failure[];
  /** What happened, line by line: the same for the same plan. */
  readonly trace: readonly string[];
  /** Messages that were sent. */
  readonly messages: number;
}

/** Options of a simulation. */
export interface SimulationOptions {
  /** Somebody who does something wrong on purpose. */
  readonly saboteur?: Saboteur | undefined;
}

// Virtual milliseconds after which everything has to have come to its end once faults are over, and between two looks.
const PATIENCE = 900_000;
const PAUSE = 15_000;

/** Simulates what happens with a seed. */
export const sim = (seed: number, options?: SimulationOptions): Promise<Simulation> => run(planFrom(seed), options);

/** Simulates a plan: all of its steps, then an end of all faults, then an end of all connections. */
export async function run(plan: Plan, { saboteur }: SimulationOptions = {}): Promise<Simulation> {
  const world = new World(plan, saboteur);
  const { book, clock } = world;
  const unhandled = (reason: unknown): void => book.fail('unhandled rejection', String(reason));
  process.on('unhandledRejection', unhandled);
  // Errors are made by the thousand here, and a tenth of the time went into stacks that nobody reads.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    await clock.runUntilIdle();
    for (const step of plan.steps) await world.step(step);
    await world.mend();
    for (let waited = 0; waited < PATIENCE; waited += PAUSE) {
      await clock.advance(PAUSE);
      world.look();
      if (world.unsettled.length === 0) break;
    }
    for (const text of world.unsettled) book.fail('unsettled', text);
    checkLetters(world);
    await checkEnd(world);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    process.off('unhandledRejection', unhandled);
  }
  return { plan, failures: book.failures, trace: book.trace, messages: book.letters.size };
}
