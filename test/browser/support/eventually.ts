import { expect } from 'vitest';

/** Waits until it is so, for as long as a busy machine may need; vitest's own default is one second. */
export function eventually<T>(look: () => Promise<T> | T) {
  return expect.poll(look, { timeout: 20_000 });
}
