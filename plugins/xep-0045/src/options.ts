import { type Audience, ConfigError, type JID, type PresenceInit } from '@sestina/core';
import { audienceOption, booleanOption, checkOption } from '@sestina/core/connection';
import type { RoomConfig } from './room-config.js';
import type { RoomInfo } from './room-info.js';

/** How much of what was said before a room repeats for who enters (XEP-0045 §7.2.13). */
export interface HistoryLimits {
  /** Messages at most. */
  readonly maxStanzas?: number | undefined;
  /** Characters of XML at most. */
  readonly maxChars?: number | undefined;
  /** Only what was said within so many seconds. */
  readonly seconds?: number | undefined;
  /** Only what was said since. */
  readonly since?: Date | undefined;
}

/** Options of `MultiUserChat`. */
export class MultiUserChatOptions {
  /**
   * The nick where `join()` is given none.
   * @default the local part of our address
   */
  nick: string | undefined = undefined;
  /**
   * Messages that a room may repeat where `join()` says nothing of it.
   * @default 20
   */
  history = 20;
  /**
   * Whether show and status of the presence that we broadcast go to our rooms as well; servers do not send it there.
   * @default true
   */
  followPresence = true;
  /**
   * Who may know which rooms we are in (XEP-0045 §6.7). The others get what an absent resource gives.
   * @default 'nobody'
   */
  showRooms: Audience = 'nobody';
  /**
   * Rooms that are entered within a second at most.
   * @default 10
   */
  joinRate = 10;
  /**
   * Milliseconds until a room has to have let us in.
   * @default 60_000
   */
  joinTimeout = 60_000;
  /**
   * Milliseconds that the subject is waited for, once we are in: some rooms send none.
   * @default 5_000
   */
  subjectTimeout = 5_000;
  /**
   * Occupants of a room that are known by name at most.
   * @default 50_000
   */
  maxOccupants = 50_000;
  /**
   * Bytes that the occupants of a room may take, estimated: beyond them, only nick, role, affiliation, show and status of further
   * ones are kept.
   * @default 67_108_864
   */
  maxOccupantBytes = 67_108_864;
  /**
   * Whose presence is kept: that of all occupants, or our own alone, for thousands of puppets of a component.
   * @default 'all'
   */
  track: 'all' | 'self' = 'all';
}

/** @throws ConfigError for an option that cannot work. */
export function checkMucOptions(options: MultiUserChatOptions): void {
  for (const name of ['joinRate', 'joinTimeout', 'subjectTimeout', 'maxOccupants', 'maxOccupantBytes'] as const) {
    const value = options[name];
    if (!(typeof value === 'number' && value > 0))
      throw new ConfigError(`${name} is a positive number, got ${value}`, name);
  }
  const { nick, history, followPresence, showRooms, track } = options;
  checkOption('nick', nick, typeof nick === 'string' && nick !== '', 'a text that is not empty');
  booleanOption('followPresence', followPresence);
  audienceOption('showRooms', showRooms);
  if (!(Number.isSafeInteger(history) && history >= 0)) {
    throw new ConfigError(`history is a whole number from 0, got ${history}`, 'history');
  }
  if (track !== 'all' && track !== 'self') throw new ConfigError("track is 'all' or 'self'", 'track');
}

/** What is in an invitation. */
export interface InvitationInit {
  readonly reason?: string | undefined;
  readonly password?: string | undefined;
  /** The room carries on a conversation of two. */
  readonly continue?: boolean | undefined;
  /** The thread of that. */
  readonly thread?: string | undefined;
  /**
   * Whether it goes to who is invited, past the room (XEP-0249): so it reaches those who are told of nothing by strangers. Not done
   * where `info` says that the room is for members only, since it has to make them members.
   * @default false
   */
  readonly direct?: boolean | undefined;
}

/** Options of `join()`. */
export interface JoinOptions {
  /**
   * What we want to be called in the room.
   * @default the option `nick` of the plugin
   */
  readonly nick?: string | undefined;
  readonly password?: string | undefined;
  /**
   * How much the room may repeat of what was said before; false for nothing.
   * @default the option `history` of the plugin
   */
  readonly history?: false | HistoryLimits | undefined;
  /**
   * What to do where there is no such room: `never` ends it again, so that a mistyped address founds none; `instant` founds one
   * with the settings of the service, or with these.
   * @default 'never'
   */
  readonly create?: 'instant' | 'never' | RoomConfig | undefined;
  /** Asked before the room sees us, as where its discussions are logged or our address is shown (XEP-0045 §14.3 and §14.5). */
  readonly confirm?: ((info: RoomInfo) => boolean | Promise<boolean>) | undefined;
  /** Show and status that the room sees. */
  readonly presence?: Pick<PresenceInit, 'show' | 'status'> | undefined;
  /** The address of a component that enters. */
  readonly from?: JID | string | undefined;
  /**
   * Whether the room is entered again after the session was lost, or the service had a fault.
   * @default true
   */
  readonly rejoin?: boolean | undefined;
  /** Gives another nick where somebody has that one already; undefined gives up. `attempt` counts from 1. */
  readonly onConflict?: ((nick: string, attempt: number) => string | undefined) | undefined;
  /**
   * Whether what the room refused since it had forgotten us is sent once more, after we have entered it again.
   * @default false
   */
  readonly resend?: boolean | undefined;
  /**
   * Whose presence is kept.
   * @default the option `track` of the plugin
   */
  readonly track?: 'all' | 'self' | undefined;
  /**
   * Milliseconds until the room has to have let us in.
   * @default the option `joinTimeout` of the plugin
   */
  readonly timeout?: number | undefined;
  /** Gives up, and leaves the room where it has let us in meanwhile. */
  readonly signal?: AbortSignal | undefined;
}
