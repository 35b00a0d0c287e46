import type { JID, Presence } from '@sestina/core';
import { CODES } from './codes.js';
import { roomWord } from './occupant.js';
import type { MucUser } from './stanza.js';

/**
 * Why an occupant is in a room no longer: `self`, of its own will; `affiliation` and `members-only`, it lost its right to be there;
 * `shutdown` and `technical`, a fault of the service; `lost`, nobody said.
 */
export type DepartureReason =
  | 'affiliation'
  | 'banned'
  | 'destroyed'
  | 'kicked'
  | 'lost'
  | 'members-only'
  | 'self'
  | 'shutdown'
  | 'technical';

/** How an occupant has left a room. */
export interface Departure {
  readonly reason: DepartureReason;
  /** Who did it, as far as the room says so: the nick, or else the address. */
  readonly actor?: { readonly nick: string | undefined; readonly jid: JID | undefined } | undefined;
  /** Words of whoever did it, or of the occupant. Text of others. */
  readonly text?: string | undefined;
  /** Of a room that was destroyed: where to go instead. Nobody goes there by itself. */
  readonly alternative?: { readonly jid: JID; readonly password: string | undefined } | undefined;
  /** What went wrong, where something did. */
  readonly error?: unknown;
}

const BY_CODE: readonly (readonly [code: number, reason: DepartureReason])[] = [
  [CODES.banned, 'banned'],
  // A fault counts, whatever else is said: some services add 307 to it (XEP-0045 §17.6).
  [CODES.technical, 'technical'],
  [CODES.shutdown, 'shutdown'],
  [CODES.kicked, 'kicked'],
  [CODES.removedByAffiliation, 'affiliation'],
  [CODES.removedAsNoMember, 'members-only'],
];

/** How the room says that an occupant has left. @param plain The reason where it gives none. */
export function departureOf(presence: Presence, plain: DepartureReason): Departure {
  const word = roomWord(presence);
  const destroyed = word?.destroyed;
  if (destroyed) {
    const { alternative: jid, reason: text, password } = destroyed;
    return { reason: 'destroyed', text, alternative: jid && { jid, password } };
  }
  const item = word?.items.at(0);
  const actor = item?.actor && { nick: item.actor.nick, jid: item.actor.jid };
  const reason = reasonOf(word) ?? plain;
  return { reason, actor, text: item?.reason ?? presence.status };
}

function reasonOf(word: MucUser | undefined): DepartureReason | undefined {
  const codes = word?.codes;
  return BY_CODE.find(([code]) => codes?.has(code))?.[1];
}

/** Whether the room is to be entered again by itself. */
export function isFault({ reason }: Departure): boolean {
  return reason === 'technical' || reason === 'shutdown' || reason === 'lost';
}
