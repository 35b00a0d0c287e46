import { type JID, SestinaError, StanzaError, type StanzaErrorCondition, TimeoutError } from '@sestina/core';
import type { Departure, DepartureReason } from './departure.js';

/** Why a room was not entered. */
export type RoomJoinFailure =
  | 'banned'
  | 'conflict'
  | 'creation-restricted'
  | 'declined'
  | 'full'
  | 'malformed'
  | 'members-only'
  | 'nick-locked'
  | 'not-found'
  | 'password'
  | 'refused'
  | 'timeout'
  | 'unreachable';

const BY_CONDITION: Partial<Record<StanzaErrorCondition, RoomJoinFailure>> = {
  conflict: 'conflict',
  forbidden: 'banned',
  'item-not-found': 'not-found',
  'jid-malformed': 'malformed',
  'not-acceptable': 'nick-locked',
  'not-allowed': 'creation-restricted',
  'not-authorized': 'password',
  'registration-required': 'members-only',
  'remote-server-not-found': 'unreachable',
  'remote-server-timeout': 'unreachable',
  'resource-constraint': 'full',
  'service-unavailable': 'full',
};

const BY_DEPARTURE: Partial<Record<DepartureReason, RoomJoinFailure>> = {
  affiliation: 'refused',
  banned: 'banned',
  destroyed: 'not-found',
  kicked: 'refused',
  'members-only': 'members-only',
};

const SAYS: Readonly<Record<RoomJoinFailure, string>> = {
  banned: 'we are banned from it',
  conflict: 'somebody else has the nick: join with another one, or give onConflict',
  'creation-restricted': 'it does not exist, and we may not create it',
  declined: 'confirm() said no',
  full: 'it has its greatest number of occupants: try again later',
  malformed: 'the address or the nick is not allowed',
  'members-only': 'only members may enter: ask its owners',
  'nick-locked': 'the room wants us to use our registered nick',
  'not-found': 'it does not exist, or is not open yet: give create to found one',
  password: 'it asks for a password, or for another one',
  refused: 'the room refused',
  timeout: 'it did not let us in in time',
  unreachable: 'its server cannot be reached',
};

/** A room was not entered. */
export class RoomJoinError extends SestinaError {
  static override readonly name: string = 'RoomJoinError';
  readonly code = 'ERR_ROOM_JOIN';
  override readonly retryable: boolean;

  constructor(
    readonly room: JID,
    readonly reason: RoomJoinFailure,
    options?: ErrorOptions,
  ) {
    super(`${room} was not entered: ${SAYS[reason]}`, options);
    this.retryable = reason === 'full' || reason === 'timeout' || reason === 'unreachable';
  }

  /** The error for having been thrown out before all was there. */
  static thrownOut(room: JID, { reason }: Departure): RoomJoinError {
    return new RoomJoinError(room, BY_DEPARTURE[reason] ?? 'unreachable');
  }

  /** The error for what a room answered, or for no answer. */
  static from(room: JID, cause: unknown): unknown {
    if (cause instanceof TimeoutError) return new RoomJoinError(room, 'timeout', { cause });
    if (!(cause instanceof StanzaError)) return cause;
    return new RoomJoinError(room, BY_CONDITION[cause.condition] ?? 'refused', { cause });
  }
}

/** Why a room did not do what it was asked for. */
export type RoomFailure = 'conflict' | 'forbidden' | 'last-owner' | 'not-allowed' | 'not-found' | 'refused' | 'self';

const FAILURES: ReadonlySet<string> = new Set<RoomFailure>(['conflict', 'forbidden', 'not-allowed']);

/** A room did not do what it was asked for. */
export class RoomError extends SestinaError {
  static override readonly name: string = 'RoomError';
  readonly code = 'ERR_ROOM';

  constructor(
    readonly room: JID,
    readonly reason: RoomFailure,
    /** What was asked for. */
    readonly what: string,
    options?: ErrorOptions,
  ) {
    super(`${room} refused ${what}: ${reason}`, options);
  }

  /** The error for what a room answered; anything else stays as it is. */
  static from(room: JID, what: string, cause: unknown): unknown {
    if (!(cause instanceof StanzaError)) return cause;
    const { condition } = cause;
    const reason = FAILURES.has(condition) ? (condition as RoomFailure) : undefined;
    return new RoomError(room, reason ?? (condition === 'item-not-found' ? 'not-found' : 'refused'), what, { cause });
  }
}

/** We are not in the room, or are not any more. */
export class NotInRoomError extends SestinaError {
  static override readonly name: string = 'NotInRoomError';
  readonly code = 'ERR_NOT_IN_ROOM';

  constructor(
    readonly room: JID,
    /** How we have left it; undefined where we were never in. */
    readonly departure?: Departure,
  ) {
    const how = departure ? ` any more (${departure.reason})` : '';
    super(`we are not in ${room}${how}: join it first`, { cause: departure?.error });
    // Node prints every enumerable property of an error that nobody caught, and there may be a password in it.
    Object.defineProperty(this, 'departure', { enumerable: false });
  }
}

/** A room that was to be founded is there already. */
export class RoomExistsError extends SestinaError {
  static override readonly name: string = 'RoomExistsError';
  readonly code = 'ERR_ROOM_EXISTS';

  constructor(readonly room: JID) {
    super(`${room} exists already: join it, or choose another address`);
  }
}
