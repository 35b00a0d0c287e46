import { ConfigError, type ConnectAttempt, ConnectError, limited, NotXmppError, TlsError } from '@sestina/core';
import { openSocket } from '#websocket';
import { discover } from './host-meta.js';
import { shown } from './service.js';
import type { FrameSocket, SocketEvents } from './socket.js';
import type { WebSocketTransportInit } from './transport.js';

/** A connection that stands. */
export interface Opened {
  readonly socket: FrameSocket;
  readonly url: URL;
}

/**
 * Opens the WebSocket of `init`, or the first of those of the domain that can be opened.
 * @throws DiscoveryError, ConnectError, TlsError, NotXmppError, ConfigError; the reason of `signal`.
 */
export async function openConnection(
  init: WebSocketTransportInit,
  events: SocketEvents,
  signal: AbortSignal,
): Promise<Opened> {
  const { domain, tls, settings } = init;
  const { clock, connectTimeout, maxFrameBytes, webSocket } = settings;
  signal.throwIfAborted();
  const attempts: ConnectAttempt[] = [];
  for (const url of init.url ? [init.url] : await discover(domain, settings, signal)) {
    try {
      const socket = await limited(clock, connectTimeout, shown(url), signal, (inner) =>
        openSocket({ url, tls, maxFrameBytes, clock, webSocket }, events, inner),
      );
      return { socket, url };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ConfigError) throw error;
      const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      attempts.push({ address: shown(url), error: failure });
    }
  }
  throw verdict(domain, attempts);
}

/** What is true of every address is the error; otherwise the list of all attempts. */
function verdict(domain: string, attempts: readonly ConnectAttempt[]): Error {
  const [first] = attempts;
  for (const kind of [TlsError, NotXmppError]) {
    if (first && attempts.every(({ error }) => error instanceof kind)) return first.error;
  }
  return new ConnectError(domain, attempts);
}
