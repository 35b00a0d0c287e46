import { StanzaError, type StanzaErrorCondition, TimeoutError } from '@sestina/core';

/** Whether we are in a room, as far as that can be told. */
export type RoomPresence = 'joined' | 'not-joined' | 'unknown';

// The ping has come as far as to a client of ours, or to where one was a moment ago (XEP-0410 §3.2).
const JOINED: ReadonlySet<StanzaErrorCondition> = new Set<StanzaErrorCondition>([
  'feature-not-implemented',
  'item-not-found',
  'service-unavailable',
]);
const UNDECIDED: ReadonlySet<StanzaErrorCondition> = new Set<StanzaErrorCondition>([
  'remote-server-not-found',
  'remote-server-timeout',
]);

/**
 * What it means that a ping to ourselves by way of a room has failed (XEP-0410 §3.2).
 * @throws the error where it says nothing of the room.
 */
export function meaningOf(error: unknown): RoomPresence {
  if (error instanceof TimeoutError) return 'unknown';
  if (!(error instanceof StanzaError)) throw error;
  if (JOINED.has(error.condition)) return 'joined';
  return UNDECIDED.has(error.condition) ? 'unknown' : 'not-joined';
}
