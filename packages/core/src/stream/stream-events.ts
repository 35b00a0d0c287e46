import type { SendError, Sending } from '../sending.js';
import type { StreamError } from '../stanza/stream-error.js';

/** Events of a stream, whatever is spoken on it. Open to declaration merging. */
export interface StreamEvents {
  /** An attempt to connect begins. */
  connecting: Record<never, never>;
  /** The transport is open; there is no session yet. */
  connected: { readonly secure: boolean; readonly transport: string };
  /** An attempt failed. */
  connectionFailed: { readonly error: Error };
  /** The next attempt is made in `delay` milliseconds. */
  reconnectDelay: { readonly delay: number; readonly attempt: number; readonly reason: Error };
  /** A new session: send presence, join rooms. */
  sessionStart: Record<never, never>;
  /** The old session goes on, nothing was lost: do not repeat what was done at `sessionStart`. */
  sessionResumed: Record<never, never>;
  /** The server's session goes on, and this process is not the one that began it: fetch what it has to know. */
  sessionRestored: Record<never, never>;
  /** The session is over and will not be resumed: drop what belonged to it. */
  sessionEnd: { readonly reason: Error };
  /** The connection is gone. */
  disconnected: { readonly reason: Error; readonly willReconnect: boolean };
  /** The stream was ended by a stream error, the peer's or ours. */
  streamError: { readonly error: StreamError };
  /**
   * The connection may be dead, or can be made again: the machine was asleep (`clock`), its network has changed (`online`), its
   * page is looked at again (`visible`). A lost connection is made again now, a live one is asked for a sign of life.
   */
  wake: { readonly cause: 'clock' | 'online' | 'visible' };
  /** A stanza was not sent, and nobody awaited what `send()` returned. */
  sendFailed: { readonly sending: Sending; readonly error: SendError };
  /** A handler, a listener, a filter or a task failed. */
  error: { readonly error: Error; readonly where: string };
}
