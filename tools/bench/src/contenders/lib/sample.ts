import { createInterface } from 'node:readline';

/** What the harness passed to this process. */
export function config<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Prints the result of this process, its last words. */
export function finish(values: Readonly<Record<string, number>>, check?: unknown): void {
  process.stdout.write(`\n${JSON.stringify({ values, check })}\n`, () => process.exit(0));
}

/** How something is measured that takes turns with others. */
export interface Repeats {
  /** Runs before the first that counts: until the optimising compiler has seen the code. */
  readonly warmup: number;
}

/** What turns came to. */
export interface Turns {
  /** How often the work was done, warming up included. */
  readonly runs: number;
  /** Milliseconds of processor time of one run, as the median of the turns. */
  readonly milliseconds: number;
}

/** Milliseconds of processor time that a turn takes at least. */
const TURN = 50;

/**
 * Measures in turns: warms up, says so, and at each line that comes does the work for a while and says what it took. The harness lets the
 * contenders of a case take turns, so that what disturbs the machine disturbs all of them.
 */
export async function timed({ warmup }: Repeats, run: () => void | Promise<void>): Promise<Turns> {
  let runs = 0;
  const work = async (): Promise<number> => {
    runs += 1;
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  while (runs < warmup) await work();
  const times: number[] = [];
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') break;
    let spent = 0;
    let count = 0;
    for (; spent < TURN; count++) spent += await work();
    times.push(spent / count);
    process.stdout.write(`${spent / count}\n`);
  }
  return { runs, milliseconds: median(times) };
}

/** The middle one; of an even number the greater of the two. */
export function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

/** A macrotask passes, and everything that is due before it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until something is so. @throws Error after `timeout` milliseconds. */
export async function until(condition: () => boolean, what: string, timeout = 60_000): Promise<void> {
  const end = performance.now() + timeout;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`it did not come to this: ${what}`);
    await turn();
  }
}
