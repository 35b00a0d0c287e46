import type { JID, StreamErrorCondition, XmlElement } from '@sestina/core';

/** One connection to the server, for tests to look at and to disturb. */
export interface ServerSession {
  /** Counts from 1 in the order of connecting. */
  readonly id: number;
  /** Undefined until the stream header has come. */
  readonly kind: 'client' | 'component' | undefined;
  /** The full JID of a client, the domain of a component; undefined before binding or handshake. */
  readonly jid: JID | undefined;
  /** The localpart that logged in; undefined before, and for components. */
  readonly username: string | undefined;
  /** Whether the connection is encrypted, or plays it. */
  readonly secure: boolean;
  /** Whether it has sent available presence. */
  readonly available: boolean;
  /** The priority of its presence; 0 without one. */
  readonly priority: number;
  /** Whether it has ended. */
  readonly closed: boolean;
  /** Whether its connection was lost and it waits to be resumed (XEP-0198). */
  readonly kept: boolean;
  /** How many stanzas of the client were counted since it enabled stream management; undefined before. */
  readonly handledCount: number | undefined;
  /** Stanzas for the client that it has not acknowledged, the oldest first; none without stream management. */
  readonly unacked: readonly XmlElement[];
  /**
   * Writes to it as it is: text unchecked, well-formed or not. A stanza is counted where it is given as an element, not as text; see
   * `MemoryServer.inject()`.
   */
  send(xml: string | XmlElement): void;
  /** Ends it with a stream error. */
  kick(condition: StreamErrorCondition, text?: string): void;
  /** Ends it with a regular `</stream:stream>`. */
  close(): void;
  /** Cuts it without a word; a session that can be resumed is kept. */
  drop(): void;
  /** Ends it without a word, kept or not: it cannot be resumed any more. What the client has not acknowledged goes to whom it is for else. */
  expire(): void;
  /** Stops reading from it: what it writes piles up on its side. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}
