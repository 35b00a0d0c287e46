import type { JID, Presence } from '@sestina/core';
import { LruMap, weightOf } from '@sestina/core/util';
import { CODES } from './codes.js';
import { type Departure, departureOf } from './departure.js';
import { type JidTrust, type Occupant, roomWord, saidOf } from './occupant.js';
import type { OccupantList } from './occupant-list.js';
import type { RoomEmitter } from './room-events.js';

/** What a stay tells its room. */
export interface StayEvents {
  /** We are called otherwise now. */
  renamed(nick: string): void;
  /** The room has put us out, or says that we have gone. */
  departed(presence: Presence): void;
}

/** What a stay begins with. */
export interface StayInit {
  readonly nick: string;
  readonly list: OccupantList;
  readonly trust: JidTrust;
  readonly emitter: RoomEmitter;
  /** The room tells us which presence is ours. */
  readonly marked: boolean;
}

/** From when we are in a room until we are out: who comes, goes, changes. */
export class Stay {
  readonly list: OccupantList;
  nick: string;
  readonly #init: StayInit;
  readonly #events: StayEvents;
  /** Occupants that have laid down a nick and have not come by their new one yet, by that. */
  readonly #renaming = new LruMap<string, Occupant>({
    maxEntries: 1_000,
    sizeOf: ({ presence }, nick) => 500 + 2 * nick.length + weightOf(presence.xml),
  });

  constructor(init: StayInit, events: StayEvents) {
    this.#init = init;
    this.#events = events;
    this.list = init.list;
    this.nick = init.nick;
  }

  get me(): Occupant | undefined {
    return this.list.get(this.nick);
  }

  /** Somebody is there, or says something else of itself. */
  came(jid: JID, presence: Presence): void {
    const { emitter, trust } = this.#init;
    const nick = jid.resource ?? '';
    const before = this.#renaming.peek(nick);
    this.#renaming.delete(nick);
    const self = nick === this.nick;
    const change = this.list.put(
      { jid, said: saidOf(roomWord(presence)), presence, trust },
      { self, stay: before?.stay },
    );
    if (!change) return;
    const { occupant, previous } = change;
    if (before) {
      emitter.emit('nickChanged', { occupant, previous: before, own: self });
      if (self) this.#events.renamed(nick);
    } else if (!previous) {
      emitter.emit('occupantJoined', { occupant });
    } else if (differs(occupant, previous)) {
      emitter.emit('occupantChanged', { occupant, previous });
    }
  }

  /** Somebody is there no longer. */
  went(jid: JID, presence: Presence): void {
    const nick = jid.resource ?? '';
    const word = roomWord(presence);
    const codes = word?.codes ?? new Set<number>();
    const next = codes.has(CODES.nickChanged) ? word?.items.at(0)?.nick : undefined;
    if (next !== undefined) {
      this.#renamed(nick, nickIn(jid, next));
    } else if (nick !== this.nick) {
      this.#gone(nick, presence);
    } else if (codes.size > 0 || word?.destroyed !== undefined || !this.#init.marked) {
      // Without a word it may be another device of ours that had the same nick.
      this.#events.departed(presence);
    }
  }

  #gone(nick: string, presence: Presence): void {
    const occupant = this.list.remove(nick);
    if (!occupant) return;
    const departure: Departure = departureOf(presence, 'self');
    this.#init.emitter.emit('occupantLeft', { ...departure, occupant });
  }

  #renamed(nick: string, next: string): void {
    const occupant = this.list.remove(nick);
    if (nick === this.nick) this.nick = next;
    if (occupant) this.#renaming.set(next, occupant);
  }
}

function differs(a: Occupant, b: Occupant): boolean {
  return (
    a.role !== b.role || a.affiliation !== b.affiliation || a.presence.xml.toString() !== b.presence.xml.toString()
  );
}

/** A nick as it stands in an address; as it is given where it cannot stand in one. */
function nickIn(jid: JID, nick: string): string {
  try {
    return jid.withResource(nick).resource ?? nick;
  } catch {
    return nick;
  }
}
