import type { Clock } from '@sestina/core';

/** What the transport needs of a WebSocket object; that of browsers has it. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly protocol: string;
  addEventListener(type: 'close' | 'error' | 'message' | 'open', listener: (event: object) => void): void;
  send(data: string): void;
  close(code?: number): void;
}

/** Opens a WebSocket. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

/** Where to, and how. */
export interface SocketInit {
  readonly url: URL;
  /** Node's `tls.connect` options. */
  readonly tls: Readonly<Record<string, unknown>> | undefined;
  readonly maxFrameBytes: number;
  readonly clock: Clock;
  readonly webSocket: WebSocketClass | undefined;
}

/** What a socket tells. Nothing before it stands, nothing after `closed` or `destroy()`. */
export interface SocketEvents {
  /** Text, or bytes where the message was binary. */
  message(frame: Uint8Array | string): void;
  /** It is closed, or about to be on account of what the peer sent (`local`). Once. */
  closed(code: number, reason: string, local: boolean): void;
}

/** A WebSocket that stands, with the subprotocol `xmpp`. No method throws. */
export interface FrameSocket {
  /** Bytes that have not gone out. */
  readonly buffered: number;
  send(text: string): void;
  /** Calls back once, as soon as no more than `bytes` are buffered. Later calls take the place of earlier ones. */
  whenBelow(bytes: number, callback: () => void): void;
  /** Stops reading where that is possible. */
  pause(): void;
  resume(): void;
  /** Sends what is buffered, then closes regularly. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
}

/**
 * Opens a WebSocket.
 * @throws NotXmppError where the other side does not speak XMPP; TlsError; any error for what else went wrong; the reason of
 * `signal`; ConfigError where there is none on this platform.
 */
export type OpenSocket = (init: SocketInit, events: SocketEvents, signal: AbortSignal) => Promise<FrameSocket>;

/** The subprotocol (RFC 7395 §5.1). */
export const SUBPROTOCOL = 'xmpp';
