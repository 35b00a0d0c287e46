import { createInterface } from 'node:readline';

/** What the harness passed to this process. */
export function config<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Prints the result of this process, its last words. */
export function finish(values: Figures, check?: unknown): void {
  process.stdout.write(`\n${JSON.stringify({ values, check })}\n`, () => process.exit(0));
}

/** How something is measured that takes turns with others. */
export interface Repeats {
  /** Runs before the first that counts: until the optimising compiler has seen the code. */
  readonly warmup: number;
}

/** What one turn came to, by the metrics of the case. */
export type Figures = Readonly<Record<string, number>>;

/** Milliseconds of processor time that a turn takes at least. */
const TURN = 50;

/** Milliseconds of processor time that this process has had, all its threads together. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Milliseconds of processor time that something takes. */
export async function cpuOfWork(work: () => unknown): Promise<number> {
  const before = cpuTime();
  await work();
  return cpuTime() - before;
}

/**
 * Measures in turns: says that it is ready, and at each line that comes works and says what that came to. The harness lets the contenders
 * of a case take turns, so that what disturbs the machine disturbs all of them.
 */
export async function takeTurns(turn: () => Promise<Figures>): Promise<void> {
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'end') break;
    process.stdout.write(`${JSON.stringify(await turn())}\n`);
  }
}

/**
 * The same for work that is done again and again in a turn, after warming up.
 * @param figures What the milliseconds of one run come to.
 * @returns How often the work was done, warming up included.
 */
export async function timed(
  { warmup }: Repeats,
  run: () => unknown,
  figures: (milliseconds: number) => Figures,
): Promise<number> {
  let runs = 0;
  const work = (): Promise<number> => {
    runs += 1;
    return cpuOfWork(run);
  };
  while (runs < warmup) await work();
  await takeTurns(async () => {
    let spent = 0;
    let count = 0;
    for (; spent < TURN; count++) spent += await work();
    return figures(spent / count);
  });
  return runs;
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
