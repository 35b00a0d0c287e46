import { type Clock, ErrorElement, type JID, type Presence } from '@sestina/core';
import { deadline } from '@sestina/core/util';
import { CODES } from './codes.js';
import { departureOf } from './departure.js';
import { RoomJoinError } from './errors.js';
import { type JidTrust, roomWord, saidOf } from './occupant.js';
import type { OccupantList } from './occupant-list.js';

/** What an attempt to enter a room tells. */
export interface EntranceEvents {
  /** We have founded the room: it opens once the promise has resolved. */
  founded(): Promise<void>;
  /** We are in, and all is known that is to be. Called in the turn of the stanza that completes it. */
  entered(entrance: Entrance): void;
  failed(reason: unknown): void;
}

/** What an attempt to enter a room begins with. */
export interface EntranceInit {
  readonly clock: Clock;
  readonly room: JID;
  /** The id of the presence that asks for it. */
  readonly id: string;
  readonly nick: string;
  readonly list: OccupantList;
  readonly trust: JidTrust;
  readonly subjectTimeout: number;
}

/**
 * One attempt to enter a room, from our presence to the subject (XEP-0045 §7.1 and §7.2): the occupants come, at last ourselves, then
 * what was said before, then the subject.
 */
export class Entrance {
  readonly list: OccupantList;
  /** Of our own presence, the codes. */
  codes: ReadonlySet<number> = new Set();
  /** What the room calls us: what is in our presence, whatever we asked for. */
  nick: string;
  /** The room tells us which presence is ours. */
  marked = false;
  readonly #init: EntranceInit;
  readonly #events: EntranceEvents;
  #inside = false;
  #subject = false;
  #founding = false;
  #open = false;
  #over = false;
  #endWait: (() => void) | undefined;

  constructor(init: EntranceInit, events: EntranceEvents) {
    this.#init = init;
    this.#events = events;
    this.list = init.list;
    this.nick = init.nick;
  }

  get id(): string {
    return this.#init.id;
  }

  /** Somebody is there. */
  came(jid: JID, presence: Presence): void {
    if (this.#over) return;
    const word = roomWord(presence);
    const codes = word?.codes ?? new Set();
    const nick = jid.resource ?? '';
    // The others have seen our id, too: it counts only until the room has said which presence is ours.
    const marked = codes.has(CODES.self) || (!this.marked && presence.id === this.#init.id);
    const self = marked || nick === this.nick;
    this.list.put({ jid, said: saidOf(word), presence, trust: this.#init.trust }, { self });
    if (marked) this.#isOurs(nick, codes);
    // Where nothing says whose it is, the nick does, once nothing better can come.
    else if (self && this.#subject) this.told();
    else if (self) this.#wait();
  }

  #isOurs(nick: string, codes: ReadonlySet<number>): void {
    this.marked = true;
    this.nick = nick;
    // Presence of ours may change before we are done: what the first one said of the room holds.
    this.codes = new Set([...this.codes, ...codes]);
    this.#inside = true;
    this.#wait();
    this.#look();
  }

  /** Somebody is there no longer. */
  went(jid: JID, presence: Presence): void {
    if (this.#over) return;
    const nick = jid.resource ?? '';
    const word = roomWord(presence);
    const codes = word?.codes ?? new Set<number>();
    this.list.remove(nick);
    // Before we were let in it is the end of an earlier stay.
    if (!this.#inside || nick !== this.nick) return;
    // Whoever founds the room knows better what has become of it.
    if (this.#founding) return;
    const renamed = codes.has(CODES.nickChanged) ? word?.items.at(0)?.nick : undefined;
    if (renamed !== undefined) this.nick = renamed;
    else if (codes.has(CODES.self) || codes.size > 0 || !this.marked) {
      this.#fail(RoomJoinError.thrownOut(this.#init.room, departureOf(presence, 'lost')));
    }
  }

  /** The room said no: an error from it, or from the address that we asked for. */
  refused(jid: JID, presence: Presence): boolean {
    const { id } = presence;
    if (this.#over || (jid.isFull && jid.resource !== this.nick)) return false;
    if (id !== undefined && id !== this.#init.id) return false;
    this.#fail(RoomJoinError.from(this.#init.room, ErrorElement.of(presence)));
    return true;
  }

  /** The subject has come: it is the last of what a room tells who enters. */
  told(): void {
    if (this.#over) return;
    this.#subject = true;
    this.#takeNick();
    this.#look();
  }

  /** Nothing comes of it any more. */
  cancel(): void {
    this.#over = true;
    this.#endWait?.();
  }

  /** Goes by the nick that we asked for where the room has not said which occupant we are. */
  #takeNick(): void {
    if (!this.#inside && this.list.get(this.nick)) this.#inside = true;
  }

  /** Some rooms send no subject. */
  #wait(): void {
    const { clock, subjectTimeout } = this.#init;
    if (this.#subject) return;
    this.#endWait ??= deadline(clock, { what: 'the subject', timeout: subjectTimeout }, () => this.told());
  }

  #look(): void {
    if (this.#over || !this.#inside) return;
    if (this.codes.has(CODES.created) && !this.#open) {
      if (!this.#founding) void this.#found();
      return;
    }
    if (!this.#subject && !this.#open) return;
    this.cancel();
    this.#events.entered(this);
  }

  async #found(): Promise<void> {
    this.#founding = true;
    try {
      await this.#events.founded();
      this.#open = true;
      this.#look();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(reason: unknown): void {
    if (this.#over) return;
    this.cancel();
    this.#events.failed(reason);
  }
}
