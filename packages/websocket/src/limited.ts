import { type Clock, TimeoutError } from '@sestina/core';

/**
 * Runs `work` until it is done, `timeout` milliseconds have passed or `signal` is aborted; in the latter cases the signal
 * that `work` has is aborted, and what comes of it does not matter any more.
 * @throws TimeoutError after `timeout`; the reason of `signal`.
 */
export async function limited<T>(
  clock: Clock,
  timeout: number,
  what: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const inner = controller.signal;
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = clock.setTimer(timeout, () => controller.abort(new TimeoutError(what, timeout, 'no answer')));
  const stopped = new Promise<never>((_resolve, reject) => {
    inner.addEventListener('abort', () => reject(inner.reason), { once: true });
  });
  try {
    return await Promise.race([work(inner), stopped]);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
