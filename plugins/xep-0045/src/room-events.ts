import type { Emitter, JID, Message } from '@sestina/core';
import type { Departure } from './departure.js';
import type { Occupant } from './occupant.js';
import type { RoomRequest } from './room-requests.js';
import type { Affiliation } from './stanza.js';

/** Events of a `Room`. */
export interface RoomEvents {
  /** We are in. `again`: after the session or the room was lost. */
  joined: { readonly created: boolean; readonly again: boolean };
  /** The occupants that were there when we came, all at once. */
  occupantsLoaded: { readonly occupants: ReadonlyMap<string, Occupant> };
  /** We are out, for good. */
  left: Departure;
  /** We are out, and are about to enter again. */
  unreachable: Departure;
  /** Something was said to all. `message.context.history` where it was said before we came; `context.way` is `out` for our own. */
  message: Message;
  /** An occupant has said something to us alone. */
  whisper: Message;
  /** The subject, when we come and when it changes. */
  subject: { readonly subject: string; readonly nick: string | undefined; readonly message: Message };
  occupantJoined: { readonly occupant: Occupant };
  occupantLeft: Departure & { readonly occupant: Occupant };
  /** Role, affiliation or presence of an occupant is another one. */
  occupantChanged: { readonly occupant: Occupant; readonly previous: Occupant };
  nickChanged: { readonly occupant: Occupant; readonly previous: Occupant; readonly own: boolean };
  /** What the room says of itself has changed; the codes say what (see `CODES`). */
  configChanged: { readonly codes: ReadonlySet<number> };
  /** Somebody who is not there is bound to the room in another way. */
  affiliationChanged: { readonly jid: JID; readonly affiliation: Affiliation; readonly nick: string | undefined };
  /** To us as a moderator: somebody asks for the right to speak. `approve()` answers. */
  voiceRequested: RoomRequest;
  /** To us as a moderator: somebody wants to be registered with the room. `approve()` answers. */
  registrationRequested: RoomRequest;
  /** To be shown to people (XEP-0045 §14.3 and §14.5): what is said is logged for all to read, our address is shown to all. */
  privacyWarning: { readonly logged: boolean; readonly nonAnonymous: boolean };
}

/** Events between the join and the turn after it: kept until whoever awaits the join has had its turn to listen. */
const MAX_HELD = 1_000;
const MAX_HELD_CHARACTERS = 4_194_304;

/** The events of one room. What comes while it is entered waits, in order, and is bounded. */
export class RoomEmitter {
  readonly events: Emitter<RoomEvents>;
  #held: { readonly emit: () => void; readonly size: number }[] | undefined;
  #size = 0;
  /** Told when something was lost, since more came than is kept. */
  readonly #overflowed: () => void;

  constructor(events: Emitter<RoomEvents>, overflowed: () => void) {
    this.events = events;
    this.#overflowed = overflowed;
  }

  emit<K extends keyof RoomEvents>(name: K, data: RoomEvents[K]): void {
    this.#add(() => this.events.emit(name, data), 0);
  }

  /** What was said. A message that waits keeps nothing else alive. */
  said(name: 'message' | 'whisper', message: Message): void {
    if (!this.#held) this.events.emit(name, message);
    else this.#add(this.#later(name, message), message.toString().length);
  }

  #later(name: 'message' | 'whisper', message: Message): () => void {
    const kept = message.compact();
    return () => this.events.emit(name, kept);
  }

  #add(emit: () => void, size: number): void {
    const held = this.#held;
    if (!held) {
      emit();
      return;
    }
    held.push({ emit, size });
    this.#size += size;
    let lost = false;
    while (held.length > MAX_HELD || this.#size > MAX_HELD_CHARACTERS) {
      this.#size -= held.shift()?.size ?? 0;
      lost = true;
    }
    if (lost) this.#overflowed();
  }

  /** From now on they wait. */
  hold(): void {
    this.#held ??= [];
  }

  /** They happen now, in their order. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#size = 0;
    for (const { emit } of held) emit();
  }

  /** The last event: nothing comes after it, and who still waits for something is told the reason. */
  end(departure: Departure, reason: Error): void {
    this.release();
    // The last to listen is the last that is called.
    this.events.once('left', () => this.events.dispose(reason));
    this.events.emit('left', departure);
  }
}
