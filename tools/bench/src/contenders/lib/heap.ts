/** Bytes that live, buffers included, once what can go has gone. Needs `--expose-gc`. */
export async function heap(): Promise<number> {
  // What ended promises and closed over them is gone only after a while.
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
