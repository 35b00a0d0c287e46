import { ConfigError, ConnectError, NotXmppError, TlsError } from '@sestina/core';
import type { ConnectAttempt } from '@sestina/core/transport';
import { within } from '@sestina/core/util';
import { openSocket } from '#websocket';
import { DiscoveryError } from './errors.js';
import type { Settings } from './options.js';
import { shown } from './service.js';
import type { FrameSocket, SocketEvents } from './socket.js';

/** What `WebSocketTransportFactory` gives a transport. */
export interface WebSocketTransportInit {
  /** Undefined: the host-meta of the domain decides. */
  readonly url: URL | undefined;
  readonly domain: string;
  readonly tls: Readonly<Record<string, unknown>> | undefined;
  readonly settings: Settings;
}

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
  const { clock, connectTimeout: timeout, maxFrameBytes, webSocket } = settings;
  signal.throwIfAborted();
  const attempts: ConnectAttempt[] = [];
  for (const url of init.url ? [init.url] : await lookUp(domain, settings, signal)) {
    try {
      const open = (inner: AbortSignal) => openSocket({ url, tls, maxFrameBytes, clock, webSocket }, events, inner);
      const discard = (late: FrameSocket): void => late.destroy();
      const socket = await within(clock, open, { what: shown(url), timeout, signal, discard });
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

/** Only here is that code needed: a page that names its service does not load it. */
async function lookUp(domain: string, settings: Settings, signal: AbortSignal): Promise<URL[]> {
  const { clock, connectTimeout: timeout } = settings;
  const load = () => import('./host-meta.js');
  const patience = { what: 'the look-up', timeout, signal };
  const { discover } = await within(clock, load, patience).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new DiscoveryError(domain, 'unreachable', 'the code that looks for it could not be loaded', { cause });
  });
  return discover(domain, settings, signal);
}

/** What is true of every address is the error; otherwise the list of all attempts. */
function verdict(domain: string, attempts: readonly ConnectAttempt[]): Error {
  const [first] = attempts;
  for (const kind of [TlsError, NotXmppError]) {
    if (first && attempts.every(({ error }) => error instanceof kind)) return first.error;
  }
  return new ConnectError(domain, attempts);
}
