import { DisconnectedError, type Link } from '@sestina/core';

/**
 * The outcome of `work`, which waits for something else than the connection; rejects with the reason why that is gone where it
 * goes first. The signal that `work` gets is aborted then too.
 */
export async function whileOpen<T>(
  link: Link,
  signal: AbortSignal,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort);
  const gone = link.whenClosed().then(() => {
    const reason = link.reason ?? new DisconnectedError('the connection is closed');
    controller.abort(reason);
    throw reason;
  });
  // It goes sooner or later; nobody is waiting any more then.
  gone.catch(() => {});
  try {
    return await Promise.race([work(controller.signal), gone]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
