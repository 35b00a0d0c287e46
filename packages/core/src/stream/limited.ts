import { TimeoutError } from '../errors.js';
import type { Clock } from '../services/clock.js';
import { follow } from './reasons.js';

/**
 * Runs `work` until it is done, `timeout` milliseconds have passed or `signal` is aborted, whichever is first.
 * The signal that `work` gets is aborted in the latter cases, and what it gives nevertheless goes to `discard`.
 * @throws TimeoutError after `timeout`; the reason of `signal`.
 */
export async function limited<T>(
  clock: Clock,
  timeout: number,
  what: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  discard?: (late: T) => void,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const inner = controller.signal;
  const release = follow(signal, controller);
  const timer = clock.setTimer(timeout, () => controller.abort(new TimeoutError(what, timeout)));
  const stopped = new Promise<never>((_resolve, reject) => {
    inner.addEventListener('abort', () => reject(inner.reason), { once: true });
  });
  const run = async (): Promise<T> => {
    const value = await work(inner);
    if (!inner.aborted) return value;
    discard?.(value);
    throw inner.reason;
  };
  try {
    return await Promise.race([run(), stopped]);
  } finally {
    timer.cancel();
    release();
  }
}
