import { ConfigError, ConnectError, NotXmppError, TlsError } from '@sestina/core';
import type { ConnectAttempt } from '@sestina/core/transport';
import { type FailedPlaces, within } from '@sestina/core/util';
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

/** The addresses of one server, of which some were tried. */
export class Addresses {
  readonly #init: WebSocketTransportInit;
  readonly #failed: FailedPlaces;
  /** Those that were not tried; undefined before they were looked up. */
  #left: URL[] | undefined;
  #reached: URL | undefined;

  constructor(init: WebSocketTransportInit, failed: FailedPlaces) {
    this.#init = init;
    this.#failed = failed;
    this.#left = init.url && [init.url];
  }

  /** Whether there is one that was not tried. */
  get more(): boolean {
    return (this.#left?.length ?? 0) > 0;
  }

  /** The one that a connection went to is no good. */
  disappointed(): void {
    if (this.#reached) this.#failed.add(this.#reached.href);
  }

  /** Whether they are known. */
  get known(): boolean {
    return this.#left !== undefined;
  }

  /** Asks for them. @throws DiscoveryError; the reason of `signal`. */
  async look(signal: AbortSignal): Promise<void> {
    const { domain, settings } = this.#init;
    this.#left = this.#failed.last(await lookUp(domain, settings, signal), ({ href }) => href);
  }

  /** The next that was not tried. */
  next(): URL | undefined {
    this.#reached = this.#left?.shift();
    return this.#reached;
  }
}

/** A connection that stands. */
export interface Opened {
  readonly socket: FrameSocket;
  readonly url: URL;
}

/**
 * Opens the first of the addresses that can be opened, of those that were not tried.
 * @throws DiscoveryError, ConnectError, TlsError, NotXmppError, ConfigError; the reason of `signal`.
 */
export async function openConnection(
  init: WebSocketTransportInit,
  addresses: Addresses,
  events: SocketEvents,
  signal: AbortSignal,
): Promise<Opened> {
  const { domain, tls, settings } = init;
  const { clock, connectTimeout: timeout, maxFrameBytes, webSocket } = settings;
  signal.throwIfAborted();
  const attempts: ConnectAttempt[] = [];
  if (!addresses.known) await addresses.look(signal);
  for (let url = addresses.next(); url; url = addresses.next()) {
    const at = url;
    try {
      const open = (inner: AbortSignal) => openSocket({ url: at, tls, maxFrameBytes, clock, webSocket }, events, inner);
      const discard = (late: FrameSocket): void => late.destroy();
      const socket = await within(clock, open, { what: shown(at), timeout, signal, discard });
      return { socket, url: at };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ConfigError) throw error;
      const failure = error instanceof Error ? error : new Error(String(error), { cause: error });
      addresses.disappointed();
      attempts.push({ address: shown(at), error: failure });
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
