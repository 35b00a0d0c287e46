import { type BaseXMPP, JID, SestinaError, type Timer } from '@sestina/core';
import type { Departure, JoinOptions, MultiUserChat, Room, RoomInvite } from '@sestina/xep-0045';
import { type BotOptions, type BotRoom, roomOf } from './options.js';

const FIRST_PAUSE = 30_000;
const LONGEST_PAUSE = 600_000;
const MORE_NICKS = 3;

interface Wanted extends BotRoom {
  readonly room: JID;
  /** It was thrown out, or has left: it comes back where somebody says so. */
  out: boolean;
  attempts: number;
  timer: Timer | undefined;
}

/** The rooms of a bot: those that it is to be in, and those that it was invited to. */
export class BotRooms {
  readonly #xmpp: BaseXMPP;
  readonly #muc: MultiUserChat;
  readonly #options: BotOptions;
  readonly #wanted: ReadonlyMap<string, Wanted>;
  readonly #lifetime: AbortSignal;
  /** Rooms that it is in, or enters, because of an invitation. */
  readonly #invited = new Set<string>(); // bound: `maxInvited`

  constructor(xmpp: BaseXMPP, muc: MultiUserChat, options: BotOptions, lifetime: AbortSignal) {
    this.#xmpp = xmpp;
    this.#muc = muc;
    this.#options = options;
    this.#lifetime = lifetime;
    const wanted = options.rooms.map(
      (given): Wanted => ({ ...roomOf(given), out: false, attempts: 0, timer: undefined }),
    );
    this.#wanted = new Map(wanted.map((entry) => [entry.room.full, entry]));
  }

  /** Enters those that it is to be in, and is not. */
  enterAll(session: AbortSignal): void {
    for (const wanted of this.#wanted.values()) {
      wanted.timer?.cancel();
      wanted.timer = undefined;
      if (!wanted.out) void this.#enter(wanted, session);
    }
  }

  /** Enters a room, without what was said before. @throws what `MultiUserChat.join()` throws. */
  join(room: JID | string, options: JoinOptions = {}): Promise<Room> {
    const jid = JID.from(room).bare;
    const wanted = this.#wanted.get(jid.full);
    if (wanted) wanted.out = false;
    return this.#muc.join(jid, {
      nick: wanted?.nick ?? this.#options.nick,
      password: wanted?.password,
      onConflict: (nick, attempt) => (attempt <= MORE_NICKS ? `${nick}_` : undefined),
      history: false,
      ...options,
    });
  }

  /** It is out of a room for good: thrown out, of its own will, or since the room could not be entered. */
  left({ jid }: Room, { reason, error }: Departure): void {
    this.#invited.delete(jid.full);
    const wanted = this.#wanted.get(jid.full);
    if (!wanted) return;
    if (reason !== 'lost') this.leaves(jid);
    else if (isPassing(error)) this.#later(wanted);
  }

  /** It is not to come back by itself. */
  leaves(room: JID): void {
    const wanted = this.#wanted.get(room.full);
    if (!wanted) return;
    wanted.out = true;
    wanted.timer?.cancel();
    wanted.timer = undefined;
  }

  /** Follows an invitation of those whose invitations are followed. */
  async invited({ room, from, to, password, direct }: RoomInvite): Promise<void> {
    // Whose name stands in one that comes by way of a room is what the room says.
    const whose = direct ? from : room;
    if (!(await this.#xmpp.admits(this.#options.invites, whose, to)) || this.#lifetime.aborted) return;
    if (this.#invited.size >= this.#options.maxInvited) {
      this.#xmpp.logger.warn(`the bot is in ${this.#invited.size} rooms that it was invited to, and enters no more`);
      return;
    }
    this.#invited.add(room.full);
    try {
      const own = this.#xmpp.isComponent ? { from: to } : {};
      await this.join(room, { ...own, password, signal: this.#lifetime });
    } catch (error) {
      this.#invited.delete(room.full);
      if (!this.#lifetime.aborted) this.#xmpp.logger.debug(`an invitation to ${room} came to nothing`, { error });
    }
  }

  dispose(): void {
    for (const wanted of this.#wanted.values()) wanted.timer?.cancel();
  }

  async #enter(wanted: Wanted, session: AbortSignal): Promise<void> {
    try {
      await this.join(wanted.room, { signal: session });
      wanted.attempts = 0;
    } catch (error) {
      if (session.aborted || this.#lifetime.aborted || wanted.out) return;
      if (isPassing(error)) this.#later(wanted);
      else this.#xmpp.reportError(error, `the room ${wanted.room} of the bot`);
    }
  }

  /** Tries again after a while, longer each time. */
  #later(wanted: Wanted): void {
    const session = this.#xmpp.session;
    if (wanted.out || wanted.timer || !session || this.#lifetime.aborted) return;
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(wanted.attempts, 10));
    wanted.attempts += 1;
    const delay = longest * (0.5 + this.#xmpp.random.fraction() / 2);
    wanted.timer = this.#xmpp.clock.setTimer(
      delay,
      () => {
        wanted.timer = undefined;
        if (!session.aborted) void this.#enter(wanted, session);
      },
      { background: true },
    );
  }
}

/** Whether it may go better later. */
function isPassing(error: unknown): boolean {
  return error === undefined || (error instanceof SestinaError && error.retryable);
}
