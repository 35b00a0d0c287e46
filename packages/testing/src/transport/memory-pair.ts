import { type Clock, SystemClock } from '@sestina/core';
import type { ChannelBindingType, Framing } from '@sestina/core/transport';
import { MemoryEnd } from './memory-end.js';
import { MemoryPipe } from './memory-pipe.js';
import { MemoryTransport } from './memory-transport.js';

/** Options of an in-memory connection. */
export interface MemoryPairOptions {
  /** Whose turns carry the bytes; give a `VirtualClock` so that its `runUntilIdle()` waits for them. Default: the system's. */
  clock?: Clock;
  /** The XMPP domain, for error messages. Default `localhost`. */
  domain?: string;
  /** Starts as if TLS were on. Default false. */
  secure?: boolean;
  /** Whether STARTTLS can be simulated: `startTls()` here and `acceptTls()` there. Default true. */
  canStartTls?: boolean;
  /** Channel binding data that the client's end claims to have once it is secure. Default: none. */
  channelBinding?: Partial<Record<ChannelBindingType, Uint8Array>>;
  /**
   * How the streams of the client's end are cut into pieces, as `webSocketFraming` of `@sestina/websocket`; what the other end writes at
   * once is one frame then. Default: that of RFC 6120.
   */
  framing?: Framing | undefined;
  /** Called when the client's end connects; what it throws is what `connect()` rejects with. */
  onConnect?: () => void;
}

/** Two connected ends. */
export interface MemoryPair {
  readonly client: MemoryTransport;
  readonly server: MemoryEnd;
}

/**
 * A connection in memory: what one end writes the other reads, in order, in a later macrotask, chunk by chunk. The client's
 * end opens with `connect()`, the server's end reads from `listen()` on.
 */
export function memoryPair(options: MemoryPairOptions = {}): MemoryPair {
  const {
    clock = new SystemClock(),
    domain = 'localhost',
    secure = false,
    canStartTls = true,
    channelBinding = {},
  } = options;
  const nextTurn = (callback: () => void): void => clock.nextTurn(callback);
  const up: MemoryPipe = new MemoryPipe(nextTurn, () => client.drained());
  const down: MemoryPipe = new MemoryPipe(nextTurn, () => server.drained());
  const tls = { domain, secure, canStartTls };
  const client: MemoryTransport = new MemoryTransport(
    { in: down, out: up, nextTurn },
    tls,
    channelBinding,
    options.onConnect,
    options.framing,
  );
  const server: MemoryEnd = new MemoryEnd({ in: up, out: down, nextTurn }, tls);
  return { client, server };
}
