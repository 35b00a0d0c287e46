import type { Message } from '@sestina/core';
import { CODES } from './codes.js';
import { roomWord } from './occupant.js';
import type { RoomEmitter } from './room-events.js';
import { requestIn } from './room-requests.js';
import type { MucUser } from './stanza.js';

const CHANGES: ReadonlySet<number> = new Set([
  CODES.configChanged,
  CODES.logged,
  CODES.notLogged,
  CODES.nowNonAnonymous,
  CODES.nowSemiAnonymous,
  CODES.nowAnonymous,
]);

/** What notices take from their room. */
export interface NoticesHost {
  readonly emitter: RoomEmitter;
  /** Whether we are a moderator. */
  moderates(): boolean;
  /** What the room says of itself is not what it said before. */
  configChanged(): void;
}

/** What a room itself says: of itself, of people who are not there, and to its moderators. */
export class Notices {
  readonly #host: NoticesHost;
  /** The room shows real addresses to all. */
  nonAnonymous = false;

  constructor(host: NoticesHost) {
    this.#host = host;
  }

  /** We have entered: the codes of our own presence. */
  entered(codes: ReadonlySet<number>): void {
    this.nonAnonymous = codes.has(CODES.nonAnonymous);
    this.#warn(codes.has(CODES.logged), this.nonAnonymous);
  }

  /** Takes in a message of the room's own address. */
  take(message: Message): void {
    const word = roomWord(message);
    if (word && message.type === 'groupchat') this.#changed(word.codes);
    else if (word) this.#affiliations(word);
    const request = this.#host.moderates() ? requestIn(message) : undefined;
    if (request) this.#host.emitter.emit(`${request.kind}Requested`, request);
  }

  #changed(codes: ReadonlySet<number>): void {
    if (![...codes].some((code) => CHANGES.has(code))) return;
    const { nowNonAnonymous, nowSemiAnonymous, nowAnonymous, logged } = CODES;
    if (codes.has(nowNonAnonymous)) this.nonAnonymous = true;
    if (codes.has(nowSemiAnonymous) || codes.has(nowAnonymous)) this.nonAnonymous = false;
    this.#host.emitter.emit('configChanged', { codes });
    this.#warn(codes.has(logged), codes.has(nowNonAnonymous));
    this.#host.configChanged();
  }

  #affiliations(word: MucUser): void {
    for (const { jid, affiliation, nick } of word.items) {
      if (jid && affiliation) this.#host.emitter.emit('affiliationChanged', { jid, affiliation, nick });
    }
  }

  #warn(logged: boolean, nonAnonymous: boolean): void {
    if (logged || nonAnonymous) this.#host.emitter.emit('privacyWarning', { logged, nonAnonymous });
  }
}
