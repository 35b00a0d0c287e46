import { type Clock, TimeoutError } from '@sestina/core';

/**
 * Runs `work` until it is done, `timeout` milliseconds have passed or `signal` is aborted; in the latter cases the signal
 * that `work` has is aborted, and `work` has to reject for it.
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
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = clock.setTimer(timeout, () => controller.abort(new TimeoutError(what, timeout)));
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
