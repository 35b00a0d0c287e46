import { BaseXMPP, ConfigError, type Emitter, JID, Plugin, type RequestOptions } from '@sestina/core';
import { MultiUserChat } from '@sestina/xep-0045';
import { PrivateData, type PrivateNode } from '@sestina/xep-0223';
import { Autojoin } from './autojoin.js';
import { type Bookmark, type BookmarkChanges, bookmarkOf, changed, roomOf } from './bookmark.js';
import { ConferenceBookmark, NS_BOOKMARKS } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A room was remembered, or what is remembered of it has changed (XEP-0402), here or on another device. */
    bookmarkChanged: { readonly bookmark: Bookmark; readonly previous: Bookmark | undefined };
    /** A room is remembered no more. */
    bookmarkRemoved: { readonly bookmark: Bookmark };
    /** All bookmarks have been read, for the first time in this session. */
    bookmarksReady: { readonly bookmarks: ReadonlyMap<string, Bookmark> };
    /** A room could not be entered by its bookmark. The others are all the same. */
    bookmarkJoinFailed: { readonly bookmark: Bookmark; readonly error: unknown };
  }
}

/** Options of `Bookmarks`. */
export class BookmarksOptions {
  /**
   * Whether rooms whose bookmarks say so are entered by themselves.
   * @default true
   */
  autojoin = true;
  /**
   * Whether a room is left when another device takes its bookmark away, or says that it is not entered by itself.
   * @default true
   */
  leave = true;
  /**
   * Whether passwords of rooms may be stored, which the server can read.
   * @default false
   */
  passwords = false;
  /**
   * Rooms that are entered in a second at most.
   * @default 5
   */
  joinRate = 5;
}

/** XEP-0402: PEP Native Bookmarks, version 1.2.0. Remembers rooms for all devices of our account, and enters those that say so. */
export class Bookmarks extends Plugin {
  static override readonly id = 'xep-0402';
  static override readonly Options = BookmarksOptions;
  static override readonly inject = [BaseXMPP, BookmarksOptions, PrivateData, MultiUserChat] as const;
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  readonly #options: BookmarksOptions;
  readonly #node: PrivateNode<ConferenceBookmark>;
  readonly #autojoin: Autojoin;
  /** What we write ourselves is told as well; it leaves no room. */
  readonly #writing = new Map<string, number>(); // bound: calls under way
  readonly #written: Emitter<{ written: { readonly id: string } }>;

  /** @throws ConfigError for a rate that is no positive number. */
  constructor(xmpp: BaseXMPP, options: BookmarksOptions, data: PrivateData, muc: MultiUserChat) {
    super();
    const { joinRate } = options;
    for (const name of ['autojoin', 'leave', 'passwords'] as const) {
      if (typeof options[name] !== 'boolean')
        throw new ConfigError(`${name} is true or false, got ${options[name]}`, name);
    }
    if (!(typeof joinRate === 'number' && joinRate > 0 && Number.isFinite(joinRate))) {
      throw new ConfigError(`joinRate is a positive number, got ${joinRate}`, 'joinRate');
    }
    this.#options = options;
    this.#autojoin = new Autojoin(xmpp, muc, options, this.lifetime);
    this.#node = data.node({ node: NS_BOOKMARKS, payload: ConferenceBookmark });
    const { events } = this.#node;
    this.#written = this.own(xmpp.createEvents('bookmarks'));
    this.own(
      this.#node,
      { dispose: () => this.#autojoin.stop() },
      this.#written.on('written', ({ id }) => this.#writes(id, -1)),
      events.on('changed', ({ id, value, previous }) => {
        const bookmark = bookmarkOf(id, value);
        if (!bookmark) return;
        xmpp.emit('bookmarkChanged', { bookmark, previous: previous && bookmarkOf(id, previous) });
        this.#autojoin.changed(bookmark, !this.#writing.has(id));
      }),
      events.on('removed', ({ id, previous }) => {
        const bookmark = previous && bookmarkOf(id, previous);
        if (!bookmark) return;
        xmpp.emit('bookmarkRemoved', { bookmark });
        this.#autojoin.removed(bookmark, !this.#writing.has(id));
      }),
      events.on('ready', () => {
        const bookmarks = this.all;
        xmpp.emit('bookmarksReady', { bookmarks });
        for (const bookmark of bookmarks.values()) this.#autojoin.changed(bookmark, false);
      }),
      this.#node.watch(),
    );
  }

  override sessionEnd(): void {
    this.#autojoin.stop();
  }

  /** Whether all bookmarks are known in this session. */
  get ready(): boolean {
    return this.#node.ready;
  }

  /** The bookmarks by room, as they are known; none before `ready`. Those whose room cannot be read are left out. */
  get all(): ReadonlyMap<string, Bookmark> {
    const found = new Map<string, Bookmark>();
    for (const [id, element] of this.#node.items) {
      const bookmark = bookmarkOf(id, element);
      if (bookmark) found.set(bookmark.room.full, bookmark);
    }
    return found;
  }

  /** The bookmark of a room, as it is known. @throws JidError for what is no address. */
  get(room: JID | string): Bookmark | undefined {
    const { full } = JID.from(room).bare;
    return this.all.get(full);
  }

  /**
   * The bookmark of a room: where all are known, the one that is; else it is asked for.
   * @throws JidError for what is no address; any other PubSubError; what `request()` of the connection throws.
   */
  find(room: JID | string, options: RequestOptions = {}): Promise<Bookmark | undefined> {
    const jid = JID.from(room).bare;
    if (this.ready) return this.untilRemoved(options.signal, () => this.get(jid));
    return this.untilRemoved(options.signal, async (signal) => {
      const element = await this.#node.get(jid.full, { ...options, signal });
      return element && bookmarkOf(jid.full, element);
    });
  }

  /**
   * Remembers a room, or changes what is remembered of it; what is not named stays, and so does all that is unknown in it.
   * @throws ConfigError for what is no room, or for a password without the option `passwords`. PrivateStorageUnsupportedError and
   *   NodeMisconfiguredError of XEP-0223: the server would show it to others; what `request()` of the connection throws.
   */
  async set(room: JID | string, changes: BookmarkChanges = {}, options: RequestOptions = {}): Promise<Bookmark> {
    const jid = JID.from(room);
    if (!roomOf(jid.full)) throw new ConfigError('a bookmark is of a room: a bare address with a local part', 'room');
    if (changes.password !== undefined && !this.#options.passwords) {
      throw new ConfigError('passwords are not stored unless the option `passwords` is true', 'password');
    }
    const id = this.#idOf(jid);
    const change = (before: ConferenceBookmark | undefined): ConferenceBookmark =>
      changed(before ?? new ConferenceBookmark(), changes);
    const element = await this.#ours(id, options, (ask) => this.#node.update(id, change, ask));
    return bookmarkOf(id, element.compact()) as Bookmark;
  }

  /**
   * Remembers a room no more.
   * @throws ItemNotFoundError where it is not remembered; any other PubSubError; what `request()` of the connection throws.
   */
  remove(room: JID | string, options: RequestOptions = {}): Promise<void> {
    const id = this.#idOf(JID.from(room).bare);
    return this.#ours(id, options, (ask) => this.#node.remove(id, ask));
  }

  async #ours<T>(id: string, options: RequestOptions, work: (ask: RequestOptions) => Promise<T>): Promise<T> {
    this.#writes(id, 1);
    try {
      return await this.untilRemoved(options.signal, (signal) => work({ ...options, signal }));
    } finally {
      // Behind what is told of it.
      this.#written.emit('written', { id });
    }
  }

  #writes(id: string, more: number): void {
    const count = (this.#writing.get(id) ?? 0) + more;
    if (count > 0) this.#writing.set(id, count);
    else this.#writing.delete(id);
  }

  /** The id under which another program may have written the same room in another way. */
  #idOf(room: JID): string {
    for (const id of this.#node.items.keys()) if (roomOf(id)?.equals(room)) return id;
    return room.full;
  }
}
