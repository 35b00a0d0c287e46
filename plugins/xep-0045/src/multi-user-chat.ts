import {
  BaseXMPP,
  JID,
  type Message,
  type MessageContext,
  Plugin,
  PluginError,
  type PresenceInit,
  type Registration,
  type RequestOptions,
  type Sending,
  SessionLostError,
  StanzaError,
  viewOf,
} from '@sestina/core';
import { Coalescer, SharedLookups } from '@sestina/core/util';
import { type DiscoItem, DiscoItems, type DiscoRequest, ServiceDiscovery } from '@sestina/xep-0030';
import { NS_RSM, type Page, pages, ResultSet } from '@sestina/xep-0059';
import { DelayedDelivery } from '@sestina/xep-0203';
import type { Departure } from './departure.js';
import { RoomExistsError, RoomJoinError } from './errors.js';
import { Invitations, type RoomInvite } from './invitations.js';
import { ManagedRoom } from './managed-room.js';
import { isMarked } from './mark.js';
import { checkMucOptions, type JoinOptions, MultiUserChatOptions } from './options.js';
import { Pacer } from './pacer.js';
import { PrivateMessages } from './private-messages.js';
import { Room } from './room.js';
import type { RoomConfig } from './room-config.js';
import { type DirectInviter, type OccupantDescriber, RoomHooks, type RoomPreparation } from './room-hooks.js';
import type { RoomHost } from './room-host.js';
import { type RoomInfo, roomInfo } from './room-info.js';
import { MucUser, NS_MUC } from './stanza.js';
import { whenOnline } from './when-online.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** We are in a room (XEP-0045): for the first time, or once more after it was lost. */
    roomJoined: { readonly room: Room };
    /** We are out of a room for good (XEP-0045). */
    roomLeft: Departure & { readonly room: Room };
  }
}

/** A room of a service, as its list has it. */
export interface ListedRoom {
  readonly jid: JID;
  readonly name: string | undefined;
}

/** XEP-0045: Multi-User Chat, version 1.35.5. Enters rooms, and keeps us in them until we leave. */
export class MultiUserChat extends Plugin {
  static override readonly id = 'xep-0045';
  static override readonly Options = MultiUserChatOptions;
  static override readonly inject = [BaseXMPP, ServiceDiscovery, DelayedDelivery, MultiUserChatOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #disco: ServiceDiscovery;
  readonly #options: MultiUserChatOptions;
  readonly #host: RoomHost;
  readonly #rooms = new Map<string, Room>(); // bound: rooms that the program enters
  readonly #joins: SharedLookups<string>;
  readonly #invitations: Invitations;
  readonly #hooks: RoomHooks;
  /** Show and status that each of our addresses has broadcast last. */
  readonly #shown = new Map<string, Pick<PresenceInit, 'show' | 'status'>>(); // bound: addresses of ours
  #stays = 0;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, disco: ServiceDiscovery, _delayed: DelayedDelivery, options: MultiUserChatOptions) {
    super();
    checkMucOptions(options);
    this.#xmpp = xmpp;
    this.#disco = disco;
    this.#options = options;
    this.#joins = new SharedLookups(xmpp.clock, 10_000);
    this.#hooks = new RoomHooks(xmpp);
    this.#invitations = new Invitations(xmpp, (room, own) => this.#rooms.has(keyOf(room, this.#own(own))));
    const pacer = new Pacer(xmpp.clock, options.joinRate);
    const privateMessages = new PrivateMessages(xmpp);
    this.#host = {
      xmpp,
      settings: options,
      untilRemoved: (signal, work) => this.untilRemoved(signal, work),
      turn: (signal) => pacer.turn(signal),
      online: (signal) => whenOnline(xmpp, signal),
      nextStay: () => ++this.#stays,
      isNew: (message) => privateMessages.isNew(message),
      inviteDirectly: (room, to, init) => this.#hooks.inviteDirectly(room, to, init),
      shownBy: (own) => this.#shown.get((own ?? xmpp.account).bare.full) ?? {},
    };
    const { showRooms } = options;
    if (showRooms !== 'nobody') {
      const answer = async ({ from, to }: DiscoRequest): Promise<{ jid: JID }[]> => {
        if (!(await xmpp.admits(showRooms, from, to))) throw new StanzaError('service-unavailable');
        const inside = [...this.rooms].filter(
          ({ state, own }) => state === 'joined' && (!own || (to && own.bare.equals(to.bare))),
        );
        return inside.map(({ jid }) => ({ jid }));
      };
      this.own(disco.answerItems(answer, { node: 'http://jabber.org/protocol/muc#rooms' }));
    }
    this.own(
      xmpp.advertise(NS_MUC),
      xmpp.onMessage((message) => this.#invitations.take(message), { payload: MucUser }),
      // What a room says beside it is for people whose program knows no invitations.
      xmpp.messages.classify(MucUser, ({ from, type }, { invites, decline }) =>
        from?.isBare && type !== 'groupchat' && (invites.at(0) || decline) ? 'signal' : undefined,
      ),
      privateMessages.registration,
      xmpp.messages.describe((message, context) => this.#describe(message, context)),
      // Of a private message that another device of ours has sent, or was sent.
      xmpp.onMessage((message) => this.#rooms.get(keyOf(message.context.peer.bare, undefined))?.copied(message), {
        type: ['chat', 'normal'],
        sources: ['carbon'],
      }),
      xmpp.on('presenceBroadcast', ({ owner, presence }) => {
        if (!options.followPresence) return;
        const { show, status } = presence;
        if (presence.isAvailable) this.#shown.set(owner.full, { show, status });
        else this.#shown.delete(owner.full);
        for (const room of this.#rooms.values()) {
          if ((room.own ?? xmpp.account).bare.equals(owner)) room.follow(presence);
        }
      }),
      {
        dispose: () => {
          for (const room of this.rooms) room.abandon({ reason: 'self' });
        },
      },
    );
  }

  override sessionStart(): void {
    for (const room of this.rooms) room.sessionBegins();
  }

  override sessionEnd(reason: Error): void {
    // Removed during a session: the rooms are left by disposing of what is owned.
    if (reason instanceof PluginError) return;
    const lost = new SessionLostError('the session was lost, and the rooms with it', { cause: reason });
    for (const room of this.rooms) room.sessionEnds(lost);
  }

  /** The rooms that we are in, or are entering. */
  get rooms(): Iterable<Room> {
    return [...this.#rooms.values()];
  }

  /** A room that we are in, or are entering. @param from The address of a component that is. */
  room(jid: JID | string, from?: JID | string): Room | undefined {
    return this.#rooms.get(keyOf(JID.from(jid).bare, this.#own(from)));
  }

  /**
   * Enters a room; resolves when we are in, and its occupants and its subject are known. Where we are in already, or are being let in,
   * that counts, whatever the options are.
   * @throws RoomJoinError: its `reason` says why not. DisconnectedError, SessionLostError, SendError; the signal's reason. PluginError
   *   once the plugin is removed.
   */
  join(room: JID | string, options: JoinOptions = {}): Promise<Room> {
    return this.untilRemoved(options.signal, async (signal) => {
      const jid = JID.from(room).bare;
      const own = this.#own(options.from);
      const key = keyOf(jid, own);
      const known = this.#rooms.get(key);
      if (known?.state === 'joined') return known;
      if (known?.state === 'leaving') await known.leave();
      return this.#joins.ask(key, (stop) => this.#enter(key, { jid, own, options }, stop), {
        what: `joining ${jid}`,
        signal,
      });
    });
  }

  async #enter(
    key: string,
    { jid, own, options: given }: { jid: JID; own: JID | undefined; options: JoinOptions },
    signal: AbortSignal,
  ): Promise<Room> {
    // The room outlives the signal.
    const { signal: _, ...options } = given;
    const known = this.#rooms.get(key);
    if (known) {
      await known.rejoin();
      return known;
    }
    const info = options.confirm && (await this.info(jid, { from: own, signal }));
    if (info && !(await options.confirm?.(info))) throw new RoomJoinError(jid, 'declined');
    signal.throwIfAborted();
    const account = own ?? this.#xmpp.requestedJid;
    const nick = options.nick ?? this.#options.nick ?? account.local ?? account.domain;
    const refresh = this.#refresher(jid, own);
    const room: Room = new Room({
      host: this.#host,
      jid,
      own,
      nick,
      options,
      prepare: (stop) => this.#hooks.prepare(room, stop),
      described: (occupant, presence) => this.#hooks.describe(occupant, presence, room),
      founded: () => this.#found(room),
      entered: () => this.#xmpp.emit('roomJoined', { room }),
      configChanged: () => void (room.info && refresh.schedule()),
      closed: (departure) => {
        refresh.dispose();
        if (this.#rooms.get(key) === room) this.#rooms.delete(key);
        this.#xmpp.emit('roomLeft', { ...departure, room });
      },
    });
    room.info = info;
    this.#rooms.set(key, room);
    await room.enter(signal);
    return room;
  }

  /**
   * Founds a room, with these settings or those of its service, and enters it.
   * @throws RoomExistsError; what `join()` and `Room.configure()` throw: then there is no such room.
   */
  async create(jid: JID | string, config?: RoomConfig, options: Omit<JoinOptions, 'create'> = {}): Promise<Room> {
    const address = JID.from(jid).bare;
    if (this.room(address, options.from)) throw new RoomExistsError(address);
    const room = await this.join(address, { ...options, create: config ?? 'instant' });
    if (room.created) return room;
    await room.leave({ signal: options.signal });
    throw new RoomExistsError(address);
  }

  /** A room to be managed without being in it. @param from The address of a component that does. */
  manage(jid: JID | string, from?: JID | string): ManagedRoom {
    const address = JID.from(jid).bare;
    const own = this.#own(from);
    return this.#rooms.get(keyOf(address, own)) ?? new ManagedRoom(this.#host, address, own);
  }

  /** Tells a room that we do not come; of a direct invitation nobody is told. */
  decline(invite: RoomInvite, reason?: string): Sending | undefined {
    return this.#invitations.decline(invite, reason);
  }

  /**
   * For XEP-0249: tells of an invitation. False where it is none to be told of: we are in that room, were told of it less than ten
   * minutes ago, or are invited too often.
   */
  invited(invite: RoomInvite): boolean {
    return this.#invitations.raise(invite);
  }

  /** The nick that a room has reserved for us (XEP-0045 §7.12). @throws what `ServiceDiscovery.info()` throws. */
  async reservedNick(
    room: JID | string,
    options: RequestOptions & { from?: JID | string | undefined } = {},
  ): Promise<string | undefined> {
    const query = { ...options, node: 'x-roomuser-item', cached: false };
    return this.untilRemoved(options.signal, async (signal) => {
      const info = await this.#disco.info(JID.from(room).bare, { ...query, signal });
      return info.identity('conference')?.name;
    });
  }

  // For other plugins.

  /**
   * Has a function find out what has to be known of a room before it is entered. The room is entered when the promises have settled,
   * whether or not they are fulfilled, and within `joinTimeout`.
   */
  beforeEntering(prepare: RoomPreparation): Registration {
    return this.#hooks.addPreparation(prepare);
  }

  /** Has a function add to each occupant what is known of it, by what the room has sent: synchronous, before anybody hears of it. */
  describeOccupants(describe: OccupantDescriber): Registration {
    return this.#hooks.addDescriber(describe);
  }

  /** Has a function send invitations that do not go by way of the room: `Room.invite()` with `direct`. The last one does. */
  inviteDirectlyBy(invite: DirectInviter): Registration {
    return this.#hooks.addDirectInviter(invite);
  }

  // Finding rooms.

  /** The services for rooms at a domain; without one, at our server's. @throws what `ServiceDiscovery.find()` throws. */
  async services(domain: JID | string = this.#xmpp.serverDomain, options: RequestOptions = {}): Promise<JID[]> {
    const wanted = { feature: NS_MUC, identity: { category: 'conference' } };
    return this.untilRemoved(options.signal, async (signal) => {
      const found = await this.#disco.find(domain, wanted, { ...options, signal });
      return found.map(({ jid }) => jid);
    });
  }

  /**
   * The rooms that a service lists, asked for in pages as they are taken.
   * @throws what `xmpp.request()` throws; PageGoneError, PagingError.
   */
  async *list(service: JID | string, options: RequestOptions = {}): AsyncGenerator<ListedRoom, void, undefined> {
    const fetch = async (set: ResultSet): Promise<Page<ListedRoom>> => {
      const query = new DiscoItems();
      query.xml.append(set.xml);
      const { items, xml } = await this.untilRemoved(options.signal, (signal) =>
        this.#xmpp.iqGet(service, query, { ...options, signal, answer: DiscoItems }),
      );
      const found = xml.child(ResultSet.tag, NS_RSM);
      return { items: [...items].flatMap(listed), set: found && viewOf(ResultSet, found) };
    };
    yield* pages(fetch, { pageSize: 100, signal: options.signal });
  }

  /** What a room says of itself. @throws what `ServiceDiscovery.info()` throws. */
  async info(
    room: JID | string,
    options: RequestOptions & { from?: JID | string | undefined } = {},
  ): Promise<RoomInfo> {
    const jid = JID.from(room).bare;
    const query = { ...options, cached: false };
    const info = await this.untilRemoved(options.signal, async (signal) =>
      roomInfo(await this.#disco.info(jid, { ...query, signal })),
    );
    for (const known of this.#rooms.values()) if (known.jid.equals(jid)) known.info = info;
    return info;
  }

  #own(from: JID | string | undefined): JID | undefined {
    if (!this.#xmpp.isComponent) return undefined;
    return from === undefined ? this.#xmpp.requestedJid : JID.from(from);
  }

  /** Asks a room once more what it is, at most once a second. */
  #refresher(jid: JID, from: JID | undefined): Coalescer {
    const run = async (): Promise<void> => {
      await this.info(jid, { from, signal: this.#xmpp.session });
    };
    const failed = (error: unknown): void => this.#xmpp.logger.debug(`${jid} did not say what it is now`, { error });
    return new Coalescer(this.#xmpp.clock, { run, failed, delay: 1_000 });
  }

  async #found(room: Room): Promise<void> {
    const { create = 'never' } = room.options;
    try {
      if (create === 'never') throw new RoomJoinError(room.jid, 'not-found');
      if (create === 'instant') await room.open();
      else await room.configure(create);
    } catch (error) {
      // A room that nobody opens keeps all others out, and one that nobody wants might stay for ever.
      await room.destroy({ timeout: 5_000 }).catch(() => {});
      throw error;
    }
  }

  #describe(message: Message, context: MessageContext): void {
    const { from, to } = message;
    const [other, own] = context.way === 'in' ? [from, to] : [to, from];
    if ((context.source !== 'stream' && context.source !== 'carbon') || !other) return;
    const room =
      this.#rooms.size > 0 ? this.#rooms.get(keyOf(other.bare, this.#xmpp.isComponent ? own : undefined)) : undefined;
    if (room) room.describe(message, context);
    else if (from && context.way === 'in' && isMarked(message)) {
      context.kind = 'private';
      context.peer = from;
      context.author = { jid: from };
    }
  }
}

function keyOf(room: JID, own: JID | undefined): string {
  return `${own?.full ?? ''} ${room.full}`;
}

function listed({ xml, name }: DiscoItem): ListedRoom[] {
  const jid = JID.tryParse(xml.attribute('jid') ?? '');
  return jid ? [{ jid, name }] : [];
}
