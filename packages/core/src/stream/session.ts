import type { XmlElement } from '@sestina/xml';
import type { Link } from './link.js';
import type { StreamEvents } from './stream-events.js';
import type { Transport } from './transport.js';
import type { Failed, Verdict } from './verdicts.js';

/** Where a connection is in its life. */
export type StreamState = 'connecting' | 'disconnected' | 'disconnecting' | 'online' | 'waiting';

/**
 * How a negotiation ended. `new`: the server has made a session. `resumed`: the one that was there goes on, and nothing was
 * lost. `restored`: the server's session goes on, and this process, which is not the one that began it, knows nothing of it.
 */
export type SessionOutcome = 'new' | 'restored' | 'resumed';

/** Says of a session whether it outlives its connection, as XEP-0198 makes possible. */
export interface SessionKeeper {
  /** Whether the session, whose connection was lost for this reason, may be resumed. */
  keeps(reason: Error): boolean;
  /** Until when, by `clock.monotonic()`, in milliseconds. Default: as long as the connection is being made again. */
  until?(): number;
  /** Resolves once nothing is kept of a session that is over; `disconnect()` waits for that, within its time. */
  forgotten?(): Promise<void>;
}

/** What the kind of stream decides of the life of its connection. */
export interface LifecycleHost {
  createTransport(): Transport | Promise<Transport>;
  /** @param replaced Called with the link that takes the place of the last one. */
  negotiateOn(link: Link, signal: AbortSignal, replaced: (link: Link) => void): Promise<SessionOutcome>;
  /** What comes after that; asked once for each attempt that failed, each session lost. */
  judge(reason: Error, failed: Failed): Verdict;
  /** Sends something that the peer has to answer. */
  askForLife(): void;
  /** Whether that element, of which only the start tag was read, is an answer that was asked for. */
  awaits(element: XmlElement): boolean;
  /** A session is there; what the peer has sent meanwhile is handed over when this returns. */
  sessionBegins(outcome: SessionOutcome): void;
  /** The session is over and will not be resumed. */
  sessionLost(reason: Error): void;
  emit<K extends keyof StreamEvents>(name: K, data: StreamEvents[K]): void;
}
