import { Registration } from '@sestina/core';

/** What `watchNetwork` steers; a client is that. */
export interface NetworkUser {
  /** Whether there is a session. */
  readonly online: boolean;
  networkChanged(): void;
  becameVisible(): void;
}

type EventSource = Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;

/** What tells of the network and of the page: the global object of a browser. */
export interface NetworkEvents extends EventSource {
  readonly document?: (EventSource & { readonly visibilityState?: string }) | undefined;
  /** Its `connection` is what some browsers have (Network Information API). */
  readonly navigator?: object | undefined;
}

/**
 * Tells a connection what the browser knows, from its events `online` and `offline`, from `visibilitychange` of the page, and from a
 * change of the kind of network (Wi-Fi to cellular, say) where the platform tells of that: a lost connection is made again as soon as the network is back or somebody looks at the page, without waiting for the back-off, and a
 * live one is asked whether it still is one. Call it once for each connection; until it is disposed of, the result keeps the
 * connection in memory.
 *
 * @param target Where the events come from. Default: the global object. On Node.js, which has no such events, nothing happens.
 */
export function watchNetwork(xmpp: NetworkUser, target: NetworkEvents = globalThis): Registration {
  const { document } = target;
  const { connection: network } = (target.navigator ?? {}) as {
    readonly connection?: EventSource & { readonly type?: string };
  };
  let kind = network?.type;
  const onOnline = (): void => xmpp.networkChanged();
  const onOffline = (): void => {
    // An attempt that is waiting had better wait on.
    if (xmpp.online) xmpp.networkChanged();
  };
  const onVisible = (): void => {
    if (document?.visibilityState === 'visible') xmpp.becameVisible();
  };
  const onChange = (): void => {
    // Told of each change of the estimated speed, too.
    if (network?.type === kind) return;
    kind = network?.type;
    if (kind !== 'none') xmpp.networkChanged();
  };
  network?.addEventListener?.('change', onChange);
  target.addEventListener?.('online', onOnline);
  target.addEventListener?.('offline', onOffline);
  document?.addEventListener?.('visibilitychange', onVisible);
  return new Registration(() => {
    network?.removeEventListener?.('change', onChange);
    target.removeEventListener?.('online', onOnline);
    target.removeEventListener?.('offline', onOffline);
    document?.removeEventListener?.('visibilitychange', onVisible);
  });
}
