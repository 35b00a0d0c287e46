import { DisconnectedError } from './errors.js';

/** What was thrown or given as a reason, as an error. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DisconnectedError(String(reason));
}

/** The promise's outcome, or the signal's reason as soon as that aborts; nobody looks at the promise from then on. */
export function abortable<T>(promise: PromiseLike<T> | T, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return Promise.resolve(promise);
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    const finish = (): void => signal.removeEventListener('abort', onAbort);
    Promise.resolve(promise).then(
      (value) => {
        finish();
        resolve(value);
      },
      (error: unknown) => {
        finish();
        reject(error);
      },
    );
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}
