import { type BaseXMPP, ErrorElement, type JID, type Presence, type RequestOptions } from '@sestina/core';
import { within } from '@sestina/core/util';
import { RoomError } from './errors.js';
import { type Settle, settlement } from './room-sending.js';

const WHAT = 'to change the nick';

/** The change of our nick in a room, one at a time (XEP-0045 §7.6). */
export class Renaming {
  readonly #xmpp: BaseXMPP;
  readonly #room: JID;
  #asked: { readonly id: string; readonly nick: string; readonly settle: Settle<void> } | undefined;

  constructor(xmpp: BaseXMPP, room: JID) {
    this.#xmpp = xmpp;
    this.#room = room;
  }

  /** The nick that we have asked for. */
  get nick(): string | undefined {
    return this.#asked?.nick;
  }

  /** Asks for another nick with what `send` sends. @throws RoomError; TimeoutError, the signal's reason; what `fail()` was given. */
  async ask(nick: string, send: (id: string) => void, options: RequestOptions): Promise<void> {
    const { clock, random, timeout: usual } = this.#xmpp;
    this.#asked?.settle.reject(new RoomError(this.#room, 'refused', `${WHAT} twice at once`));
    const asked = { id: random.id(), nick, settle: settlement<void>() };
    this.#asked = asked;
    const { timeout = usual, signal } = options;
    try {
      send(asked.id);
      await within(clock, asked.settle.promise, { what: `change of the nick in ${this.#room}`, timeout, signal });
    } catch (error) {
      throw RoomError.from(this.#room, WHAT, error);
    } finally {
      if (this.#asked === asked) this.#asked = undefined;
    }
  }

  /** The room calls us otherwise. */
  done(): void {
    this.#asked?.settle.resolve();
  }

  /** The room has said no to a presence of ours. */
  refused(presence: Presence): void {
    if (presence.id === this.#asked?.id) this.#asked?.settle.reject(ErrorElement.of(presence));
  }

  /** Nothing comes of it any more. */
  fail(reason: Error): void {
    this.#asked?.settle.reject(reason);
  }
}
