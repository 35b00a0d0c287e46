/** What the harness passed to this process. */
export function config<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Prints the result of this process, its last words. */
export function finish(values: Readonly<Record<string, number>>, check?: unknown): void {
  process.stdout.write(`\n${JSON.stringify({ values, check })}\n`, () => process.exit(0));
}

/** How often something is measured within one process. */
export interface Repeats {
  /** Runs before the first that counts: until the optimising compiler has seen the code. */
  readonly warmup: number;
  /** Runs that count; the median of them is the sample of this process. */
  readonly slices: number;
}

/** Milliseconds of one run: the median of several, after others to warm up. */
export async function timed({ warmup, slices }: Repeats, run: () => void | Promise<void>): Promise<number> {
  for (let i = 0; i < warmup; i++) await run();
  const times: number[] = [];
  for (let i = 0; i < slices; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
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
