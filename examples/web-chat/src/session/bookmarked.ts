import type { ClientXMPP } from '@sestina/client';
import { Bookmarks } from '@sestina/xep-0402';

/** What is told of rooms that are remembered. */
interface Hooks {
  known(jid: string): void;
  failed(jid: string, error: unknown): void;
  changed(): void;
}

/** The rooms that our account remembers. They are entered by themselves, on each device. */
export class Bookmarked {
  readonly #bookmarks: Bookmarks;

  constructor(xmpp: ClientXMPP, hooks: Hooks) {
    this.#bookmarks = xmpp.plugin(Bookmarks);
    xmpp.on('bookmarkChanged', ({ bookmark: { room, autojoin } }) => {
      if (autojoin) hooks.known(room.full);
      hooks.changed();
    });
    xmpp.on('bookmarksReady', ({ bookmarks }) => {
      for (const { room, autojoin } of bookmarks.values()) if (autojoin) hooks.known(room.full);
      hooks.changed();
    });
    xmpp.on('bookmarkJoinFailed', ({ bookmark, error }) => hooks.failed(bookmark.room.full, error));
  }

  nameOf(jid: string): string | undefined {
    return this.#bookmarks.get(jid)?.name;
  }

  /** A server that keeps no bookmarks keeps nobody from talking. */
  async remember(
    jid: string,
    { nick, name }: { readonly nick: string | undefined; readonly name: string },
  ): Promise<void> {
    await this.#bookmarks.set(jid, { nick, name, autojoin: true }).catch(() => {});
  }

  async forget(jid: string): Promise<void> {
    await this.#bookmarks.remove(jid).catch(() => {});
  }
}
