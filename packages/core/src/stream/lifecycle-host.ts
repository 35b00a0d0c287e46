import type { Limits, XmlElement } from '@sestina/xml';
import type { Clock } from '../services/clock.js';
import type { Random } from '../services/random.js';
import type { ReconnectOptions } from './backoff.js';
import type { KeepAliveOptions } from './keep-alive.js';
import type { Link } from './link.js';
import type { StreamEvents } from './stream-events.js';
import type { Tracer } from './tracer.js';
import type { Transport } from './transport.js';

/** Where a connection is in its life. */
export type StreamState = 'connecting' | 'disconnected' | 'disconnecting' | 'online' | 'waiting';

/**
 * How a negotiation ended: with a new session; with the old one, of which nothing was lost; or with one that the server had kept
 * and of which this process knows nothing.
 */
export type SessionOutcome = 'new' | 'resumed' | 'restored';

/** What the life of a connection asks of the stream that it belongs to. */
export interface LifecycleHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer | undefined;
  readonly limits: Limits;
  createTransport(): Transport | Promise<Transport>;
  negotiateOn(link: Link, signal: AbortSignal, replaced: (link: Link) => void): Promise<SessionOutcome>;
  /** Whether another attempt is worth making after that; asked once for each attempt that failed, each session lost. */
  shouldRetry(reason: Error): boolean;
  askForLife(): void;
  receive(element: XmlElement, bytes: number, link: Link): void;
  drained(): void;
  /** A session is there; what the peer has sent meanwhile is handed over when this returns. */
  began(outcome: SessionOutcome): void;
  /** What waits may be written on this link from now on. */
  writable(link: Link, outcome: SessionOutcome): void;
  /** Nothing can be written any more. */
  unwritable(): void;
  /** The session is over and will not be resumed. */
  sessionOver(reason: Error): void;
  /** What waits to be written is given so many milliseconds to go out. */
  flushed(timeout: number): Promise<void>;
  /** What waits to be written is given up. */
  giveUp(reason: Error): void;
  emit<K extends keyof StreamEvents>(name: K, data: StreamEvents[K]): void;
  /** Resolves when what was emitted so far has had its turn. */
  settled(): Promise<void>;
  report(error: unknown, where: string): void;
}

/** Options of the life of a connection. */
export interface LifecycleOptions {
  readonly reconnect?: ReconnectOptions | false | undefined;
  readonly keepAlive?: KeepAliveOptions | false | undefined;
  readonly connectTimeout?: number | undefined;
}
