import { type Clock, ConfigError, TlsError } from '@sestina/core';
import type { ClientOptions, WebSocket } from 'ws';
import { type FrameSocket, type OpenSocket, type SocketEvents, type SocketInit, SUBPROTOCOL } from './socket.js';
import { noSubprotocol } from './subprotocol.js';
import { toTlsError } from './tls-failure.js';

// Milliseconds that the peer has to read why it was refused, before the connection is cut.
const FAREWELL = 1_000;

// The close codes with which `ws` refuses what is not simply against the protocol.
const REFUSALS: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};

/** What of Node's socket below the WebSocket is looked at. Bun, whose `ws` is its own, shows none. */
interface MaybeTls {
  getProtocol?(): string | null;
  getPeerCertificate?(): unknown;
  cork(): void;
  uncork(): void;
}

/** Opens a WebSocket of `ws`, with the caller's TLS options and without compression. */
export const openNode: OpenSocket = async (init, events, signal) => {
  // Only here, so that it is loaded when it is needed.
  const { WebSocket: Class } = await import('ws');
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = new Class(init.url.href, [SUBPROTOCOL], optionsFor(init));
    let opened: NodeSocket | undefined;
    let raw: MaybeTls | null | undefined;
    let failure: Error | undefined;
    const settle = (settled: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      settled();
    };
    const giveUp = (reason: Error): void => {
      failure ??= reason;
      socket.terminate();
    };
    const onAbort = (): void => {
      socket.terminate();
      settle(() => reject(signal.reason));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('unexpected-response', (_request, { statusCode }) => {
      giveUp(new Error(`HTTP status ${statusCode} in place of a WebSocket`));
    });
    socket.on('upgrade', (response) => {
      raw = response.socket;
      const refused =
        response.headers['sec-websocket-protocol'] === SUBPROTOCOL ? refusalOf(raw, init) : noSubprotocol(init.url);
      if (refused) giveUp(refused);
    });
    socket.on('open', () => {
      if (signal.aborted || failure) return;
      opened = new NodeSocket(socket, raw ?? undefined, events, init.clock);
      settle(() => resolve(opened as NodeSocket));
    });
    socket.on('message', (data, isBinary) => opened?.received(data as Uint8Array, isBinary));
    socket.on('error', (error) => {
      if (opened) opened.refused(error);
      else settle(() => reject(failure ?? toTlsError(error, init.url.hostname) ?? error));
    });
    socket.on('close', (code, reason) => opened?.closed(code, String(reason)));
  });
};

function optionsFor({ tls, maxFrameBytes }: SocketInit): ClientOptions {
  const { checkServerIdentity: _asked, ...rest } = tls ?? {};
  return {
    minVersion: 'TLSv1.2',
    ...rest,
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: tls?.['rejectUnauthorized'] !== false,
    perMessageDeflate: false,
    followRedirects: false,
    skipUTF8Validation: false,
    maxPayload: maxFrameBytes,
  };
}

/** Nothing has been said on it yet: the last moment to look at who is there. */
function refusalOf(socket: MaybeTls | null | undefined, { tls, url }: SocketInit): Error | undefined {
  if (url.protocol !== 'wss:') return undefined;
  if (!socket) return unseenRefusal(tls);
  const version = socket.getProtocol?.();
  if (version !== 'TLSv1.2' && version !== 'TLSv1.3') {
    return new TlsError(url.hostname, 'protocol', `${String(version)} is not safe`);
  }
  const check = tls?.['checkServerIdentity'];
  if (typeof check !== 'function') return undefined;
  try {
    const refused: unknown = check(url.hostname, socket.getPeerCertificate?.());
    if (!(refused instanceof Error)) return undefined;
    return new TlsError(url.hostname, 'certificate-untrusted', refused.message, { cause: refused });
  } catch (error) {
    return new TlsError(url.hostname, 'certificate-untrusted', 'tls.checkServerIdentity threw', { cause: error });
  }
}

// What `ws` was asked for holds there too; these two need a look at the connection that stands.
function unseenRefusal(tls: SocketInit['tls']): ConfigError | undefined {
  const option = ['checkServerIdentity', 'secureContext'].find((name) => tls?.[name] !== undefined);
  if (option === undefined) return undefined;
  return new ConfigError(
    `tls.${option} cannot be used with a WebSocket on this platform, which does not show its TLS connection: use xmpps://`,
    `tls.${option}`,
  );
}

class NodeSocket implements FrameSocket {
  readonly #socket: WebSocket;
  readonly #raw: MaybeTls | undefined;
  readonly #events: SocketEvents;
  readonly #clock: Clock;
  #over = false;
  #refusing = false;
  #corked = false;
  #below: { bytes: number; callback: () => void } | undefined;

  constructor(socket: WebSocket, raw: MaybeTls | undefined, events: SocketEvents, clock: Clock) {
    this.#socket = socket;
    this.#raw = raw;
    this.#events = events;
    this.#clock = clock;
  }

  received(data: Uint8Array, isBinary: boolean): void {
    if (!this.#over) this.#events.message(isBinary ? data : String(data));
  }

  /** `ws` does not take what the peer sent, and is saying so. */
  refused(error: Error): void {
    const { code } = error as { code?: string };
    if (this.#over || !code?.startsWith('WS_ERR_')) return;
    this.#refusing = true;
    this.#closed(REFUSALS[code] ?? 1002, error.message, true);
  }

  closed(code: number, reason: string): void {
    this.#closed(code, reason, false);
  }

  #closed(code: number, reason: string, local: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(code, reason, local);
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (this.#over) return;
    this.#cork();
    this.#socket.send(text, () => this.#sent());
  }

  // All that comes within one tick leaves in one piece: one segment or TLS record, if it fits.
  #cork(): void {
    const raw = this.#raw;
    if (!raw || this.#corked) return;
    this.#corked = true;
    raw.cork();
    queueMicrotask(() => {
      this.#corked = false;
      raw.uncork();
    });
  }

  #sent(): void {
    const below = this.#below;
    if (this.#over || !below || this.buffered > below.bytes) return;
    this.#below = undefined;
    below.callback();
  }

  whenBelow(bytes: number, callback: () => void): void {
    this.#below = { bytes, callback };
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.close(1000);
  }

  destroy(): void {
    this.#over = true;
    if (!this.#refusing) this.#socket.terminate();
    else this.#clock.setTimer(FAREWELL, () => this.#socket.terminate(), { background: true });
  }
}
