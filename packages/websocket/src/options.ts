import { type Clock, ConfigError, SystemClock } from '@sestina/core';
import type { WebSocketClass } from './socket.js';

/** What `WebSocketTransportFactory` may be told. */
export interface WebSocketOptions {
  /**
   * Whether a target without a `service`, `host` and `port` is looked up in the host-meta of its domain (XEP-0156). Default: true
   * in browsers, which have no other way; false elsewhere.
   */
  readonly discover?: boolean | undefined;
  /**
   * Allows `ws://` to other machines than this one. **Unsafe**: everybody on the way can read and change everything. Default
   * false.
   */
  readonly allowInsecure?: boolean | undefined;
  /**
   * Bytes of the largest message that is taken from the server; where a limit of the stream is raised (`limits.maxAnswerBytes`), raise
   * this as well. Browsers know no such bound: there the stream's alone holds. Default 8 MiB.
   */
  readonly maxFrameBytes?: number | undefined;
  /** Milliseconds for each look-up, and for each address until the WebSocket stands. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** Gets the host-meta. Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Used instead of the platform's own: of a mobile application, say. `tls` and `maxFrameBytes` mean nothing to it. */
  readonly webSocket?: WebSocketClass | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The options with their defaults. */
export interface Settings {
  readonly discover: boolean | undefined;
  readonly allowInsecure: boolean;
  readonly maxFrameBytes: number;
  readonly connectTimeout: number;
  readonly fetch: typeof globalThis.fetch;
  readonly webSocket: WebSocketClass | undefined;
  readonly clock: Clock;
}

// RFC 6120 §13.12: what everybody has to take.
const SMALLEST_FRAME = 10_000;

/** @throws ConfigError for a time or a size that is none. */
export function settingsOf(options: WebSocketOptions): Settings {
  const { maxFrameBytes = 8_388_608, connectTimeout = 10_000 } = options;
  if (!Number.isSafeInteger(maxFrameBytes) || maxFrameBytes < SMALLEST_FRAME) {
    const message = `maxFrameBytes has to be a whole number of at least ${SMALLEST_FRAME}, not ${String(maxFrameBytes)}`;
    throw new ConfigError(message, 'maxFrameBytes');
  }
  if (!(Number.isFinite(connectTimeout) && connectTimeout > 0)) {
    const message = `connectTimeout has to be a number of milliseconds above 0, not ${String(connectTimeout)}`;
    throw new ConfigError(message, 'connectTimeout');
  }
  return {
    discover: options.discover,
    allowInsecure: options.allowInsecure ?? false,
    maxFrameBytes,
    connectTimeout,
    // A browser's fetch has to be called on its own global object.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    webSocket: options.webSocket,
    clock: options.clock ?? new SystemClock(),
  };
}
