import type { JID, Presence } from '@sestina/core';
import { type JidTrust, keptPresence, Occupant, type Said } from './occupant.js';

/** What a list of occupants may hold. */
export interface OccupantBounds {
  readonly maxOccupants: number;
  readonly maxOccupantBytes: number;
  /** `self`: nobody but ourselves. */
  readonly track: 'all' | 'self';
}

/** What came of a presence in a list. */
export interface Change {
  readonly occupant: Occupant;
  /** Who was there by that nick; undefined for a new one. */
  readonly previous: Occupant | undefined;
}

/** The occupants of a room by nick, bounded in number and in bytes. */
export class OccupantList {
  readonly #bounds: OccupantBounds;
  readonly #nextStay: () => number;
  readonly #made: (occupant: Occupant, presence: Presence) => void;
  readonly #occupants = new Map<string, Occupant>(); // bound: `maxOccupants` and `maxOccupantBytes`
  readonly #bytes = new Map<string, number>(); // bound: the same
  #total = 0;
  /** Occupants for whom there was no room. */
  missing = 0;

  /** @param made Told of each occupant that is taken in, with its presence as the room has sent it. */
  constructor(bounds: OccupantBounds, nextStay: () => number, made: (occupant: Occupant, presence: Presence) => void) {
    this.#bounds = bounds;
    this.#made = made;
    this.#nextStay = nextStay;
  }

  get all(): ReadonlyMap<string, Occupant> {
    return this.#occupants;
  }

  /** Bytes that are kept, estimated. */
  get bytes(): number {
    return this.#total;
  }

  get(nick: string): Occupant | undefined {
    return this.#occupants.get(nick);
  }

  /**
   * Takes in a presence; undefined where there is no room for another occupant.
   * @param self Whether it is our own, for which there always is.
   * @param stay Of one that was here by another nick, its stay.
   */
  put(
    { jid, said, presence, trust }: { jid: JID; said: Said; presence: Presence; trust: JidTrust },
    { self = false, stay }: { self?: boolean; stay?: number | undefined } = {},
  ): Change | undefined {
    const nick = jid.resource ?? '';
    const previous = this.#occupants.get(nick);
    const { maxOccupants, maxOccupantBytes, track } = this.#bounds;
    if (!self && !previous) {
      if (track === 'self') return undefined;
      if (this.#occupants.size >= maxOccupants) {
        this.missing += 1;
        return undefined;
      }
    }
    const kept = keptPresence(presence, this.#total >= maxOccupantBytes);
    const occupant = new Occupant(
      nick,
      jid,
      said.role,
      said.affiliation,
      kept.presence,
      stay ?? previous?.stay ?? this.#nextStay(),
      trust,
      said.realJid,
    );
    this.#made(occupant, presence);
    this.#total += kept.bytes - (this.#bytes.get(nick) ?? 0);
    this.#bytes.set(nick, kept.bytes);
    this.#occupants.set(nick, occupant);
    return { occupant, previous };
  }

  /** Takes out one, and gives who it was. */
  remove(nick: string): Occupant | undefined {
    const occupant = this.#occupants.get(nick);
    this.#total -= this.#bytes.get(nick) ?? 0;
    this.#bytes.delete(nick);
    this.#occupants.delete(nick);
    return occupant;
  }
}
