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
  /** Writes to it as it is: text unchecked, well-formed or not. */
  send(xml: string | XmlElement): void;
  /** Ends it with a stream error. */
  kick(condition: StreamErrorCondition, text?: string): void;
  /** Ends it with a regular `</stream:stream>`. */
  close(): void;
  /** Cuts it without a word. */
  drop(): void;
  /** Stops reading from it: what it writes piles up on its side. */
  pause(): void;
  /** Reads on. */
  resume(): void;
}
