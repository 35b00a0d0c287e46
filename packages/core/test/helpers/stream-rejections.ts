import { afterAll, beforeAll, expect } from 'vitest';

/** Nothing in this file may leave a rejected promise to nobody, or throw out of a callback. Vitest would fail the run; this names the file. */
export function watchRejections(): void {
  const found: unknown[] = [];
  const take = (reason: unknown): void => {
    found.push(reason);
  };
  beforeAll(() => {
    process.on('unhandledRejection', take);
  });
  afterAll(async () => {
    for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', take);
    expect(found).toEqual([]);
  });
}
