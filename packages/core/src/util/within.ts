import { TimeoutError } from '../errors.js';
import type { Clock, Timer } from '../services/clock.js';

/** How long a wait lasts at most, and what else ends it. */
export interface Patience {
  /** What is waited for, as the message of the `TimeoutError` has it; a function is asked when that is made. */
  readonly what: string | (() => string);
  /**
   * Milliseconds; Infinity is for ever.
   * @default Infinity
   */
  readonly timeout?: number | undefined;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What the message says of it after the timeout.
   * @default 'did not happen'
   */
  readonly how?: 'did not happen' | 'no answer' | undefined;
  /**
   * Whether an otherwise idle process may end before the timeout.
   * @default false
   */
  readonly background?: boolean | undefined;
}

/** A wait for something that is under way. */
export interface WithinOptions<T> extends Patience {
  /** Gets what came of the work after the wait was over. */
  readonly discard?: ((late: T) => void) | undefined;
}

/**
 * Calls `over` with a TimeoutError or the signal's reason, whichever is first, and once at most; at once where the signal is aborted
 * already. The function returned ends that.
 */
export function deadline(clock: Clock, patience: Patience, over: (reason: unknown) => void): () => void {
  const { what, timeout = Number.POSITIVE_INFINITY, signal, how, background = false } = patience;
  if (signal?.aborted) {
    over(signal.reason);
    return () => {};
  }
  let timer: Timer | undefined;
  const end = (): void => {
    timer?.cancel();
    timer = undefined;
    signal?.removeEventListener('abort', onAbort);
  };
  const onAbort = (): void => {
    end();
    over(signal?.reason);
  };
  const late = (): void => {
    timer = undefined;
    end();
    over(new TimeoutError(typeof what === 'string' ? what : what(), timeout, how));
  };
  if (timeout !== Number.POSITIVE_INFINITY) timer = clock.setTimer(timeout, late, { background });
  signal?.addEventListener('abort', onAbort);
  return end;
}

/**
 * The outcome of work that is under way, or that is started here with a signal which aborts where the wait is over before the work.
 * @throws TimeoutError after `timeout`; the reason of `signal`, before the work is started where that is aborted already.
 */
export function within<T>(
  clock: Clock,
  work: PromiseLike<T> | ((signal: AbortSignal) => PromiseLike<T> | T),
  options: WithinOptions<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const starts = typeof work === 'function';
    const controller = starts ? new AbortController() : undefined;
    let over = false;
    const end = deadline(clock, options, (reason) => {
      over = true;
      reject(reason);
      controller?.abort(reason);
    });
    const run = async (): Promise<void> => {
      try {
        const value = await (starts ? work((controller as AbortController).signal) : work);
        if (over) options.discard?.(value);
        else resolve(value);
      } catch (error) {
        reject(error);
      } finally {
        if (!over) end();
      }
    };
    // What is under way is taken in any case: its failure is nobody else's.
    if (!over || !starts) void run();
  });
}

/** Aborts the controller when the signal does, until the returned function is called. */
export function follow(signal: AbortSignal | undefined, controller: AbortController): () => void {
  if (!signal) return () => {};
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort);
  return () => signal.removeEventListener('abort', onAbort);
}
