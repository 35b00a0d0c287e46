import type { BaseXMPP, Timer } from '@sestina/core';
import type { MultiUserChat, Room } from '@sestina/xep-0045';
import type { Bookmark } from './bookmark.js';

/** What is done by bookmarks. */
export interface AutojoinOptions {
  readonly autojoin: boolean;
  readonly leave: boolean;
  readonly joinRate: number;
}

// A thousand rooms are more than anybody is in.
const MAX_WAITING = 10_000;

/** Enters and leaves rooms as their bookmarks say, so many in a second. */
export class Autojoin {
  readonly #xmpp: BaseXMPP;
  readonly #muc: MultiUserChat;
  readonly #options: AutojoinOptions;
  readonly #lifetime: AbortSignal;
  readonly #waiting = new Map<string, Bookmark>(); // bound: MAX_WAITING
  #timer: Timer | undefined;

  constructor(xmpp: BaseXMPP, muc: MultiUserChat, options: AutojoinOptions, lifetime: AbortSignal) {
    this.#xmpp = xmpp;
    this.#muc = muc;
    this.#options = options;
    this.#lifetime = lifetime;
  }

  /** What a bookmark says. @param leaves Whether the room is left where it says so: it was not there before, and we did not write it. */
  changed(bookmark: Bookmark, leaves: boolean): void {
    if (!bookmark.autojoin) {
      this.removed(bookmark, leaves);
      return;
    }
    if (!this.#options.autojoin) return;
    const room = this.#muc.room(bookmark.room);
    if (room) this.#rename(room, bookmark);
    else if (this.#waiting.size < MAX_WAITING) this.#enterLater(bookmark);
  }

  removed({ room }: Bookmark, leaves: boolean): void {
    this.#waiting.delete(room.full);
    if (!leaves || !this.#options.leave) return;
    this.#muc
      .room(room)
      ?.leave()
      .catch(() => {});
  }

  /** Nothing that waits is entered any more. */
  stop(): void {
    this.#waiting.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #enterLater(bookmark: Bookmark): void {
    this.#waiting.set(bookmark.room.full, bookmark);
    if (!this.#timer) this.#enterNext();
  }

  #enterNext(): void {
    this.#timer = undefined;
    const [next] = this.#waiting;
    if (!next || this.#lifetime.aborted) return;
    this.#waiting.delete(next[0]);
    void this.#enter(next[1]);
    const pause = 1_000 / this.#options.joinRate;
    this.#timer = this.#xmpp.clock.setTimer(pause, () => this.#enterNext(), { background: true });
  }

  async #enter(bookmark: Bookmark): Promise<void> {
    const { room, nick, password } = bookmark;
    try {
      await this.#muc.join(room, { nick, password, signal: this.#lifetime });
    } catch (error) {
      if (!this.#lifetime.aborted) this.#xmpp.emit('bookmarkJoinFailed', { bookmark, error });
    }
  }

  #rename(room: Room, { nick }: Bookmark): void {
    if (nick === undefined || room.state !== 'joined' || room.nick === nick) return;
    room.changeNick(nick).catch(() => {});
  }
}
