import { type BaseXMPP, ConfigError, type JID, type Presence, Registration, type Sending } from '@sestina/core';
import type { Occupant } from './occupant.js';
import type { Room } from './room.js';
import type { DirectInvitationInit } from './room-host.js';

/** Finds out what has to be known of a room before it is entered. */
export type RoomPreparation = (room: Room, signal: AbortSignal) => Promise<unknown>;

/** Adds to an occupant what is known of it, by its presence as the room has sent it. */
export type OccupantDescriber = (occupant: Occupant, presence: Presence, room: Room) => void;

/** Invites somebody to a room without asking that. */
export type DirectInviter = (room: JID, to: JID, init: DirectInvitationInit) => Sending;

/** What other plugins have to say about rooms and their occupants. */
export class RoomHooks {
  readonly #xmpp: BaseXMPP;
  // In objects of their own: one may be added twice.
  readonly #preparations = new Set<{ readonly prepare: RoomPreparation }>();
  readonly #inviters = new Set<{ readonly invite: DirectInviter }>();
  readonly #describers = new Set<{ readonly describe: OccupantDescriber }>();

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
  }

  addPreparation(prepare: RoomPreparation): Registration {
    const entry = { prepare };
    this.#preparations.add(entry);
    return new Registration(() => this.#preparations.delete(entry));
  }

  addDescriber(describe: OccupantDescriber): Registration {
    const entry = { describe };
    this.#describers.add(entry);
    return new Registration(() => this.#describers.delete(entry));
  }

  addDirectInviter(invite: DirectInviter): Registration {
    const entry = { invite };
    this.#inviters.add(entry);
    return new Registration(() => this.#inviters.delete(entry));
  }

  /** @throws ConfigError where nobody does it. */
  inviteDirectly(room: JID, to: JID, init: DirectInvitationInit): Sending {
    const inviter = [...this.#inviters].at(-1);
    if (!inviter) throw new ConfigError('direct invitations are sent by the plugin of XEP-0249: install it', 'direct');
    return inviter.invite(room, to, init);
  }

  async prepare(room: Room, signal: AbortSignal): Promise<void> {
    const settled = await Promise.allSettled([...this.#preparations].map(({ prepare }) => prepare(room, signal)));
    for (const outcome of settled) {
      if (outcome.status === 'rejected')
        this.#xmpp.logger.debug(`${room.jid}: not all is known of it`, { error: outcome.reason });
    }
  }

  describe(occupant: Occupant, presence: Presence, room: Room): void {
    for (const { describe } of this.#describers) {
      try {
        describe(occupant, presence, room);
      } catch (error) {
        this.#xmpp.reportError(error, `describing an occupant of ${room.jid}`);
      }
    }
  }
}
