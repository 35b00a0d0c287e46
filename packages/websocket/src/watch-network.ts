import { Registration } from '@sestina/core';

/** What `watchNetwork` steers; a client is that. */
export interface NetworkUser {
  /** Whether there is a session. */
  readonly online: boolean;
  networkChanged(): void;
}

/**
 * Tells a connection what the browser knows of the network, from its events `online` and `offline`: a lost connection is made
 * again as soon as the network is back, without waiting for the back-off, and a live one is asked whether it still is one. Call
 * it once for each connection; until it is disposed of, the result keeps the connection in memory.
 *
 * @param target Where the events come from. Default: the global object. On Node.js, which has no such events, nothing happens.
 */
export function watchNetwork(
  xmpp: NetworkUser,
  target: Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>> = globalThis,
): Registration {
  const onOnline = (): void => xmpp.networkChanged();
  const onOffline = (): void => {
    // An attempt that is waiting had better wait on.
    if (xmpp.online) xmpp.networkChanged();
  };
  target.addEventListener?.('online', onOnline);
  target.addEventListener?.('offline', onOffline);
  return new Registration(() => {
    target.removeEventListener?.('online', onOnline);
    target.removeEventListener?.('offline', onOffline);
  });
}
