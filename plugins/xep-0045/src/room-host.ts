import type { BaseXMPP, JID, Message, Presence, PresenceInit, Sending } from '@sestina/core';
import type { Departure } from './departure.js';
import type { Occupant } from './occupant.js';
import type { InvitationInit, JoinOptions, MultiUserChatOptions } from './options.js';

/** What all rooms of a connection share. */
export interface RoomHost {
  readonly xmpp: BaseXMPP;
  readonly settings: MultiUserChatOptions;
  /** Does work with a signal that aborts with this one, and when the plugin is removed. */
  untilRemoved<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Resolves when it is the turn of another room to be entered. */
  turn(signal: AbortSignal): Promise<void>;
  /** Resolves when there is a session. */
  online(signal: AbortSignal): Promise<void>;
  /** The number of another stay of an occupant. */
  nextStay(): number;
  /** Whether a private message was not told before. */
  isNew(message: Message): boolean;
  /** Invites somebody without asking the room. @throws ConfigError where nothing is installed that does. */
  inviteDirectly(room: JID, to: JID, init: DirectInvitationInit): Sending;
  /** What that address of ours has broadcast last. */
  shownBy(own: JID | undefined): Pick<PresenceInit, 'show' | 'status'>;
}

/** What is in an invitation that does not go by way of the room, and which address of a component sends it. */
export type DirectInvitationInit = Omit<InvitationInit, 'direct'> & { readonly from?: JID | undefined };

/** What a room begins with. */
export interface RoomInit {
  readonly host: RoomHost;
  readonly jid: JID;
  /** The address of a component that enters. */
  readonly own: JID | undefined;
  readonly nick: string;
  readonly options: JoinOptions;
  /** Finds out what has to be known before it is entered. */
  prepare(signal: AbortSignal): Promise<void>;
  /** An occupant was made of what the room has said: others add what they know of it. */
  described(occupant: Occupant, presence: Presence): void;
  /** We have founded it: resolves when it is open. */
  founded(): Promise<void>;
  entered(): void;
  /** What it says of itself is not what it said before. */
  configChanged(): void;
  closed(departure: Departure): void;
}
