import { type Clock, ConfigError } from '@sestina/core';
import { type FrameSocket, type OpenSocket, type SocketEvents, SUBPROTOCOL, type WebSocketLike } from './socket.js';
import { noSubprotocol } from './subprotocol.js';

const NOT_OPENED = 'the WebSocket did not open (a browser tells why in its console only)';

// A browser tells how much waits, but not when that changes. In milliseconds.
const POLL = 20;

/** Opens a WebSocket of the kind that browsers have. */
export const openNative: OpenSocket = (init, events, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const Class = init.webSocket ?? (globalThis as { WebSocket?: unknown }).WebSocket;
    if (typeof Class !== 'function') throw new ConfigError('this platform has no WebSocket: pass one', 'webSocket');
    const socket: WebSocketLike = new (Class as new (url: string, protocols: string[]) => WebSocketLike)(
      init.url.href,
      [SUBPROTOCOL],
    );
    socket.binaryType = 'arraybuffer';
    let opened: NativeSocket | undefined;
    const settle = (settled: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      settled();
    };
    const onAbort = (): void => {
      socket.close();
      settle(() => reject(signal.reason));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.addEventListener('open', () => {
      if (signal.aborted) return;
      if (socket.protocol !== SUBPROTOCOL) {
        socket.close();
        settle(() => reject(noSubprotocol(init.url)));
        return;
      }
      opened = new NativeSocket(socket, events, init.clock);
      settle(() => resolve(opened as NativeSocket));
    });
    socket.addEventListener('message', (event) => opened?.received((event as { data: unknown }).data));
    const failed = (cause?: unknown): void => settle(() => reject(new Error(NOT_OPENED, { cause })));
    // Browsers say nothing here, and `close` follows; others tell what it is, and are silent then.
    socket.addEventListener('error', (event) => {
      if (!opened) failed((event as { error?: unknown }).error);
    });
    socket.addEventListener('close', (event) => {
      const { code, reason } = event as { code: number; reason: string };
      if (opened) opened.closed(code, reason);
      else failed();
    });
  });

class NativeSocket implements FrameSocket {
  readonly #socket: WebSocketLike;
  readonly #events: SocketEvents;
  readonly #clock: Clock;
  #over = false;
  #below: { bytes: number; callback: () => void } | undefined;
  #polling = false;

  constructor(socket: WebSocketLike, events: SocketEvents, clock: Clock) {
    this.#socket = socket;
    this.#events = events;
    this.#clock = clock;
  }

  received(data: unknown): void {
    if (this.#over) return;
    this.#events.message(typeof data === 'string' ? data : new Uint8Array(0));
  }

  closed(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed(code, reason, false);
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    if (!this.#over) this.#socket.send(text);
  }

  whenBelow(bytes: number, callback: () => void): void {
    this.#below = { bytes, callback };
    if (!this.#polling) this.#poll();
  }

  #poll(): void {
    this.#polling = true;
    this.#clock.setTimer(POLL, () => this.#look(), { background: true });
  }

  #look(): void {
    this.#polling = false;
    const below = this.#below;
    if (this.#over || !below) return;
    if (this.buffered > below.bytes) {
      this.#poll();
      return;
    }
    this.#below = undefined;
    below.callback();
  }

  // A page cannot stop the browser from reading.
  pause(): void {}

  resume(): void {}

  close(): void {
    if (!this.#over) this.#socket.close(1000);
  }

  destroy(): void {
    this.#over = true;
    this.#socket.close();
  }
}
