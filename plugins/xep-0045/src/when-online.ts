import { type BaseXMPP, DisconnectedError } from '@sestina/core';

/**
 * Resolves when there is a session, at once where there is one.
 * @throws DisconnectedError where there is no connection and none is being made; the signal's reason.
 */
export async function whenOnline(xmpp: BaseXMPP, signal: AbortSignal): Promise<void> {
  if (xmpp.online) return;
  if (xmpp.state === 'disconnected') throw new DisconnectedError('there is no connection: call connect() first');
  const forever = { signal, timeout: Number.POSITIVE_INFINITY };
  const over = new AbortController();
  const end = (): void => over.abort(signal.reason);
  signal.addEventListener('abort', end);
  try {
    const options = { ...forever, signal: over.signal };
    const gone = xmpp.wait('disconnected', { ...options, filter: ({ willReconnect }) => !willReconnect });
    const there = Promise.race([xmpp.wait('sessionStart', options), xmpp.wait('sessionResumed', options)]);
    await Promise.race([there, gone.then(({ reason }) => Promise.reject(reason))]);
  } finally {
    signal.removeEventListener('abort', end);
    over.abort(new DisconnectedError('nobody waits for it any more'));
  }
}
