import { BaseXMPP, JID, type Message, Plugin, Registration, type RequestOptions, Storage } from '@sestina/core';
import { checkOption, isOneOf } from '@sestina/core/connection';
import { ServiceDiscovery } from '@sestina/xep-0030';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { PubSubError } from '@sestina/xep-0060';
import { type Bookmark, Bookmarks } from '@sestina/xep-0402';
import { DisplayedElsewhere } from './displayed-elsewhere.js';
import { KeptSettings } from './kept-settings.js';
import { means } from './mention.js';
import { type NotificationValue, Notify, type ProgramIdentity } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** It is another one than before when to notify of a conversation (XEP-0492), by us or by another device. */
    notificationSettingChanged: {
      /** A bare address. */
      readonly peer: JID;
      readonly value: NotificationValue;
      readonly previous: NotificationValue;
    };
  }
}

/** Options of `NotificationSettings`. */
export class NotificationSettingsOptions {
  /**
   * What this program is: settings may be other ones for phones than for computers.
   * @default the first identity that service discovery tells
   */
  identity: ProgramIdentity | undefined = undefined;
  /**
   * Milliseconds after which nobody is notified of a message any more that was delivered late.
   * @default 86_400_000
   */
  maxAge = 86_400_000;
}

/** How a setting is stored. */
export interface NotificationSetOptions extends RequestOptions {
  /**
   * Whether it holds for programs of our kind alone. Who has no bookmark has settings for this program alone in any case.
   * @default false
   */
  readonly thisDeviceType?: boolean | undefined;
}

type MessageTest = (message: Message) => boolean;

/** XEP-0492: Chat Notification Settings, version 0.2.0. Says of which messages a user wants to be notified, on all of his devices. */
export class NotificationSettings extends Plugin {
  static override readonly id = 'xep-0492';
  static override readonly Options = NotificationSettingsOptions;
  static override readonly inject = [
    BaseXMPP,
    NotificationSettingsOptions,
    Storage,
    ServiceDiscovery,
    MultiUserChat,
    Bookmarks,
  ] as const;
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: NotificationSettingsOptions;
  readonly #disco: ServiceDiscovery;
  readonly #muc: MultiUserChat;
  readonly #bookmarks: Bookmarks;
  readonly #kept: KeptSettings;
  readonly #displayed = new DisplayedElsewhere();
  /** By room, as they were known last: between two sessions, too. */
  #known = new Map<string, Bookmark>(); // bound: what XEP-0223 keeps of our account's bookmarks
  #isLoaded = false;
  #identity: ProgramIdentity | undefined;
  #mentionTests: readonly MessageTest[] = [];
  #seenTests: readonly MessageTest[] = [];

  /** @throws ConfigError for an option that cannot work. */
  constructor(
    xmpp: BaseXMPP,
    options: NotificationSettingsOptions,
    storage: Storage,
    disco: ServiceDiscovery,
    muc: MultiUserChat,
    bookmarks: Bookmarks,
  ) {
    super();
    const { identity, maxAge } = options;
    checkOption('identity', identity, identity === undefined || isIdentity(identity), '{ category, type }');
    checkOption('maxAge', maxAge, typeof maxAge === 'number' && maxAge >= 0, 'milliseconds from 0');
    this.#xmpp = xmpp;
    this.#options = options;
    this.#disco = disco;
    this.#muc = muc;
    this.#bookmarks = bookmarks;
    this.#kept = new KeptSettings(xmpp, storage);
    this.own(
      xmpp.on('discoInfoChanged', () => {
        this.#identity = undefined;
      }),
      xmpp.on('bookmarksReady', ({ bookmarks: all }) => this.#all(all)),
      xmpp.on('bookmarkChanged', ({ bookmark }) => this.#put(bookmark.room, bookmark)),
      xmpp.on('bookmarkRemoved', ({ bookmark }) => this.#put(bookmark.room, undefined)),
      xmpp.on('displayedSynced', (place) => this.#displayed.note(place)),
      xmpp.on('roomJoined', ({ room }) => void this.#ask(room)),
    );
    if (bookmarks.ready) this.#all(bookmarks.all);
  }

  override sessionEnd(): void {
    this.#displayed.clear();
  }

  override sessionStart(signal: AbortSignal): Promise<void> {
    return this.#kept.load(signal);
  }

  /**
   * When to notify of a conversation. Without a setting it is `always` for chats and for rooms that let in members alone, and
   * `on-mention` for other rooms, among them those that have not said yet what they are. An occupant's private messages are for us: only
   * `never` of his room keeps them silent.
   * @throws JidError for what is no address.
   */
  of(peer: JID | string): NotificationValue {
    const jid = JID.from(peer);
    return this.#of(jid, this.#isRoom(jid.bare));
  }

  /**
   * Sets when to notify of a conversation: in the bookmark of a room, for all devices; of a contact, and of a room without a bookmark, in
   * the storage of this program.
   * @throws TypeError for a value that there is not; JidError for what is no address; what `Bookmarks.set()` throws, and the storage.
   */
  set(peer: JID | string, value: NotificationValue, options: NotificationSetOptions = {}): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      if (!isOneOf(value, 'always', 'on-mention', 'never'))
        throw new TypeError("a setting is 'always', 'on-mention' or 'never'");
      const { bare } = JID.from(peer);
      const { timeout, thisDeviceType = false } = options;
      const ask = { timeout, signal };
      if (await this.#find(bare, ask)) await this.#store(bare, value, thisDeviceType, ask);
      else await this.#keep(bare, value, signal);
    });
  }

  /**
   * Whether to notify of a message: false for what we have said ourselves, what was said before we came, what is older than `maxAge`,
   * what is no content, what has been displayed on another device, and where the setting says so.
   */
  shouldNotify(message: Message): boolean {
    const { context, type } = message;
    const { kind, peer, sentAt, author } = context;
    if (type === 'error' || context.class !== 'content' || context.way === 'out') return false;
    if (context.history || context.source === 'archive' || author.jid.bare.equals(this.#xmpp.account)) return false;
    if (sentAt && this.#xmpp.clock.now() - sentAt.getTime() > this.#options.maxAge) return false;
    const value = this.#of(peer, kind !== 'chat');
    if (value === 'never' || this.#displayed.has(message) || this.#any(this.#seenTests, message)) return false;
    return value === 'always' || this.#mentioned(message) || this.#any(this.#mentionTests, message);
  }

  /** Has a function tell that a message mentions us, beside nicks and replies: for who knows another kind of mention. */
  addMentionTest(test: MessageTest): Registration {
    this.#mentionTests = [...this.#mentionTests, test];
    return this.own(
      new Registration(() => {
        this.#mentionTests = this.#mentionTests.filter((other) => other !== test);
      }),
    );
  }

  /** Has a function tell that a message has been displayed elsewhere, beside `DisplayedSync` of XEP-0490: for who knows how far others are. */
  addSeenTest(test: MessageTest): Registration {
    this.#seenTests = [...this.#seenTests, test];
    return this.own(
      new Registration(() => {
        this.#seenTests = this.#seenTests.filter((other) => other !== test);
      }),
    );
  }

  #of(peer: JID, isRoom: boolean): NotificationValue {
    const key = peer.bare.full;
    const value = this.#known.get(key)?.notify?.valueFor(this.#program) ?? this.#kept.get(key);
    if (!isRoom) return value ?? 'always';
    if (!peer.isBare) return value === 'never' ? 'never' : 'always';
    return value ?? (this.#muc.room(peer)?.info?.membersOnly ? 'always' : 'on-mention');
  }

  #isRoom(jid: JID): boolean {
    return this.#known.has(jid.full) || this.#muc.room(jid) !== undefined;
  }

  get #program(): ProgramIdentity {
    this.#identity ??= this.#options.identity ?? this.#announced();
    return this.#identity;
  }

  #announced(): ProgramIdentity {
    const identity = this.#disco.ownData()?.identities.at(0);
    return { category: identity?.category ?? 'client', type: identity?.type ?? 'pc' };
  }

  #mentioned(message: Message): boolean {
    const { account } = this.#xmpp;
    const { kind, peer } = message.context;
    if (kind === 'chat') return means(message, account.local, [account]);
    const nick = this.#muc.room(peer.bare)?.nick ?? this.#known.get(peer.bare.full)?.nick;
    return means(message, nick, nick === undefined ? [] : [peer.bare.withResource(nick)]);
  }

  #any(tests: readonly MessageTest[], message: Message): boolean {
    return tests.some((test) => {
      try {
        return test(message);
      } catch (error) {
        this.#xmpp.reportError(error, 'a test of notifications');
        return false;
      }
    });
  }

  /** The bookmark, which is asked for before all are known. */
  async #find(room: JID, options: RequestOptions): Promise<Bookmark | undefined> {
    if (room.local === undefined) return undefined;
    try {
      return await this.#bookmarks.find(room, options);
    } catch (error) {
      // A server that keeps no bookmarks has none.
      if (error instanceof PubSubError && !error.retryable) return undefined;
      throw error;
    }
  }

  async #store(room: JID, value: NotificationValue, thisType: boolean, options: RequestOptions): Promise<void> {
    const bookmark = await this.#bookmarks.set(
      room,
      {
        extensions: (xml) => {
          const found = xml.child(Notify.tag, Notify.namespace);
          const notify = found ? new Notify(found) : new Notify();
          notify.setFor(value, this.#program, thisType);
          if (!found) xml.append(notify.xml);
        },
      },
      options,
    );
    this.#put(room, bookmark);
  }

  #all(bookmarks: ReadonlyMap<string, Bookmark>): void {
    const before = this.#known;
    const rooms = new Map([...before, ...bookmarks].map(([key, { room }]) => [key, room]));
    const previous = [...rooms.values()].map((room) => [room, this.#of(room, true)] as const);
    this.#known = new Map(bookmarks);
    // What was never known has not changed.
    if (this.#isLoaded) for (const [room, value] of previous) this.#tell(room, value, true);
    this.#isLoaded = true;
  }

  #put(room: JID, bookmark: Bookmark | undefined): void {
    const previous = this.#of(room, true);
    if (bookmark) this.#known.set(room.full, bookmark);
    else this.#known.delete(room.full);
    this.#tell(room, previous, true);
  }

  async #keep(peer: JID, value: NotificationValue, signal: AbortSignal): Promise<void> {
    await this.#kept.store(peer.full, value, signal);
    const previous = this.of(peer);
    this.#kept.put(peer.full, value);
    this.#tell(peer, previous, this.#isRoom(peer));
  }

  #tell(peer: JID, previous: NotificationValue, isRoom: boolean): void {
    const value = this.#of(peer, isRoom);
    if (value !== previous) this.#xmpp.emit('notificationSettingChanged', { peer, value, previous });
  }

  /** Has a room say whether it is for members alone, where that decides. */
  async #ask({ jid, info }: Room): Promise<void> {
    if (info || this.#known.get(jid.full)?.notify?.valueFor(this.#program) || this.#kept.get(jid.full)) return;
    try {
      await this.untilRemoved(this.#xmpp.session, (signal) => this.#muc.info(jid, { signal }));
    } catch (error) {
      if (!this.lifetime.aborted) this.#xmpp.logger.debug(`${jid} did not say what it is`, { error });
    }
  }
}

function isIdentity(value: unknown): value is ProgramIdentity {
  const { category, type } = (value ?? {}) as Partial<ProgramIdentity>;
  return typeof category === 'string' && category !== '' && typeof type === 'string' && type !== '';
}
