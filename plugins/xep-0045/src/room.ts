import type {
  Message,
  MessageContext,
  MessageInit,
  Presence,
  PresenceInit,
  Registration,
  RequestOptions,
  Sending,
  SendOptions,
} from '@sestina/core';
import { CODES } from './codes.js';
import { Conversation } from './conversation.js';
import { type Departure, departureOf, isFault } from './departure.js';
import { Entering } from './entering.js';
import { enteringHost } from './entering-host.js';
import type { Entrance } from './entrance.js';
import { NotInRoomError, RoomError } from './errors.js';
import { Leaving } from './leaving.js';
import { Notices } from './notices.js';
import type { JidTrust, Occupant } from './occupant.js';
import type { JoinOptions } from './options.js';
import { Reentry } from './reentry.js';
import { Renaming } from './renaming.js';
import { RoomEmitter, type RoomEvents } from './room-events.js';
import type { RoomInit } from './room-host.js';
import { RoomListening } from './room-listening.js';
import type { RoomSending, RoomSendOptions } from './room-sending.js';
import { routePresence } from './routing.js';
import { Stay } from './stay.js';

/**
 * How far we are in a room. `unreachable`: we were in, the room or the session was lost, and it is entered again by itself. `left` is
 * for good: `join()` gives another object.
 */
export type RoomState = 'joined' | 'joining' | 'leaving' | 'left' | 'unreachable';

/** A room that we are in, or are about to enter: who is there, what is said (XEP-0045 §7). */
export class Room extends RoomListening implements JidTrust {
  readonly #init: RoomInit;
  readonly #emitter: RoomEmitter;
  readonly #conversation: Conversation;
  readonly #entering: Entering;
  readonly #notices: Notices;
  readonly #reentry: Reentry;
  readonly #renaming: Renaming;
  readonly #registrations: readonly Pick<Registration, 'dispose'>[];
  readonly #leaving = new Leaving();
  readonly #lifetime = new AbortController();
  #state: RoomState = 'joining';
  #stay: Stay | undefined;
  #created = false;
  #activeAt = 0;
  #shown: Pick<PresenceInit, 'show' | 'status'> | undefined;
  /** We have gone offline: rooms take us out then. */
  #offline = false;

  /** @internal */
  constructor(init: RoomInit) {
    const { host, jid, own, options } = init;
    const { xmpp } = host;
    const events = xmpp.createEvents<RoomEvents>(`room ${jid}`);
    super(host, jid, own, events);
    this.#init = init;
    this.#shown = options.presence;
    this.#emitter = new RoomEmitter(events, () => xmpp.logger.warn(`room ${jid}: more was said than is kept`));
    this.#notices = new Notices({
      emitter: this.#emitter,
      moderates: () => this.me?.role === 'moderator',
      configChanged: () => init.configChanged(),
    });
    this.#renaming = new Renaming(xmpp, jid);
    this.#reentry = new Reentry({
      clock: xmpp.clock,
      random: xmpp.random,
      enter: (signal) => this.#enterAgain(signal),
      gaveUp: (error) => this.#close({ reason: 'lost', error }),
    });
    const conversation = {
      ...{ xmpp, jid, own, emitter: this.#emitter },
      nicks: () => ({ nick: this.nick, asked: this.#renaming.nick }),
      presence: () => this.#presence,
      occupant: (nick: string) => this.occupants.get(nick),
      isNew: (message: Message) => host.isNew(message),
      forgotten: () => this.lost(),
    };
    this.#conversation = new Conversation(conversation, options.resend ?? false);
    const entering = enteringHost(init, {
      trust: this,
      heardAt: () => this.#conversation.heardAt,
      ownShown: () => this.#shown,
      begins: () => this.#begins(),
      entered: (entrance) => this.#entered(entrance),
    });
    this.#entering = new Entering(entering, init.nick);
    this.#registrations = [
      xmpp.claim(jid, { kind: 'room', owner: own, presence: (presence) => this.#present(presence) }),
      xmpp.onMessage((message) => this.#message(message), {
        name: `room ${jid}`,
        from: jid,
        to: own,
        type: ['groupchat', 'chat', 'normal', 'error'],
        sources: ['stream', 'history'],
      }),
    ];
  }

  get state(): RoomState {
    return this.#state;
  }

  /** What the room calls us; before it lets us in, what we want to be called. */
  get nick(): string {
    return this.#entering.entrance ? this.#entering.nick : (this.#stay?.nick ?? this.#entering.nick);
  }

  /** Ourselves, as the others see us; undefined before we were in. */
  get me(): Occupant | undefined {
    return this.#stay?.me;
  }

  /** Who is there, by nick: complete once we have joined; while the room is entered again, as it was. */
  get occupants(): ReadonlyMap<string, Occupant> {
    return this.#stay?.list.all ?? new Map();
  }

  /** Undefined until the room has told it; empty where there is none. */
  get subject(): string | undefined {
    return this.#conversation.subject;
  }

  /** Whether we have founded it. */
  get created(): boolean {
    return this.#created;
  }

  /** What it was joined with. */
  get options(): JoinOptions {
    return this.#init.options;
  }

  /** Aborted once we are out for good, with a `NotInRoomError`. */
  get signal(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Whether the room shows real addresses, to all or to us as a moderator: otherwise its word about them does not count. */
  get showsJids(): boolean {
    return this.#notices.nonAnonymous || this.me?.role === 'moderator';
  }

  /** When the room has last said anything, on the scale of `clock.monotonic()`. */
  get activeAt(): number {
    return this.#activeAt;
  }

  /** Whether we have asked for another nick and wait for what the room says. */
  get changingNick(): boolean {
    return this.#renaming.nick !== undefined;
  }

  /**
   * Says something to all. While the room is entered it waits.
   * @returns what became of it: its `reflected` is the message as all have got it.
   */
  send(content: string | MessageInit, options: RoomSendOptions = {}): RoomSending {
    const sending = this.#conversation.say(content, options);
    if (this.#state === 'left' || this.#state === 'leaving') this.#conversation.close(this.#notIn());
    return sending;
  }

  /** Says something to one occupant alone (XEP-0045 §7.5). What the room does not deliver comes back as a `messageError`. */
  whisper(nick: string, content: string | MessageInit, options?: SendOptions): Sending {
    return this.#conversation.whisper(nick, content, options);
  }

  /** Changes the subject; resolves when all have been told. @throws RoomError where we may not; what `RoomSending.reflected` rejects with. */
  async setSubject(subject: string, options: RoomSendOptions = {}): Promise<void> {
    try {
      await this.send({ subject }, options).reflected;
    } catch (error) {
      throw RoomError.from(this.jid, 'to change the subject', error);
    }
  }

  /** Takes another nick; resolves when the room calls us so. @throws RoomError with the reason `conflict` where somebody has it. */
  async changeNick(nick: string, options: RequestOptions = {}): Promise<void> {
    this.#requireJoined();
    const to = this.jid.withResource(nick);
    await this.#renaming.ask(to.resource ?? nick, (id) => void this.#sendPresence({ ...this.#shown, id, to }), options);
  }

  /** Tells the room how far we are there. Show and status stay when the room is entered again. @throws NotInRoomError */
  setPresence(shown: Pick<PresenceInit, 'show' | 'status'>): Sending {
    this.#requireJoined();
    this.#shown = shown;
    return this.#sendPresence({ ...shown, to: this.jid.withResource(this.nick) });
  }

  /**
   * Leaves the room; resolves when it has said so, or after `timeout`.
   * @param options `status`: a word of farewell.
   */
  async leave(options: RequestOptions & { readonly status?: string | undefined } = {}): Promise<void> {
    const { xmpp } = this.#init.host;
    const { status, timeout = xmpp.timeout, signal } = options;
    if (this.#state === 'left') return;
    const wasIn = this.#state === 'joined';
    if (wasIn) this.#state = 'leaving';
    if (this.#state !== 'leaving' || !xmpp.online) {
      this.abandon({ reason: 'self' });
      return;
    }
    if (wasIn) this.#sendPresence({ type: 'unavailable', status, to: this.jid.withResource(this.nick) });
    if (!(await this.#leaving.wait(xmpp.clock, this.jid, { timeout, signal }))) this.#close({ reason: 'self' });
  }

  /**
   * Enters the room again, as where it has lost us without telling. What is said meanwhile waits.
   * @throws RoomJoinError, or NotInRoomError once we are out for good.
   */
  rejoin(): Promise<void> {
    if (this.#state === 'left' || this.#state === 'leaving') return Promise.reject(this.#notIn());
    return this.#reentry.hurry();
  }

  /** Somebody has found out that the room does not know us any more: it is entered again, with a pause where that happens often. */
  lost(error?: unknown): void {
    if (this.#state === 'joined') this.#lost({ reason: 'lost', error });
  }

  /** Enters it for the first time. @internal */
  async enter(signal: AbortSignal): Promise<void> {
    try {
      await this.#entering.enter(signal);
    } catch (error) {
      this.#close({ reason: 'lost', error });
      throw error;
    }
  }

  /** A session has begun in which the room does not know us. @internal */
  sessionBegins(): void {
    this.#offline = false;
    if (this.#state === 'unreachable') this.#reentry.begin().catch(() => {});
  }

  /** @internal */
  sessionEnds(error: Error): void {
    this.#entering.stop(error);
    this.#reentry.stop(error);
    if (this.#state === 'leaving') this.#close({ reason: 'self' });
    else if (this.#stay) this.#lost({ reason: 'lost', error }, false);
  }

  /** What we have broadcast. @internal */
  follow(presence: Presence): void {
    this.#offline = !presence.isAvailable;
    if (this.#offline || this.#state !== 'joined') return;
    this.setPresence({ show: presence.show, status: presence.status });
  }

  /** Out at once, with a word to the room where it may know us. @internal */
  abandon(departure: Departure): void {
    const inside = this.#state === 'joined' || this.#state === 'leaving' || this.#entering.entrance !== undefined;
    // Without a connection it waits for the next: the session may go on.
    const connected = this.#init.host.xmpp.state !== 'disconnected';
    if (inside && connected) this.#sendPresence({ type: 'unavailable', to: this.jid.withResource(this.nick) });
    this.#close(departure);
  }

  /** @internal */
  describe(message: Message, context: MessageContext): void {
    this.#conversation.describe(message, context);
  }

  /** @internal */
  copied(message: Message): void {
    this.#conversation.copied(message);
  }

  #requireJoined(): void {
    if (this.#state !== 'joined') throw this.#notIn();
  }

  #notIn(): NotInRoomError {
    return this.#lifetime.signal.reason ?? new NotInRoomError(this.jid);
  }

  #sendPresence(init: PresenceInit): Sending {
    return this.#init.host.xmpp.sendPresence({ from: this.own, ...init });
  }

  get #presence(): 'entering' | 'inside' | undefined {
    if (this.#entering.entrance) return 'entering';
    return this.#state === 'joined' ? 'inside' : undefined;
  }

  #message(message: Message): void {
    this.#activeAt = this.#init.host.xmpp.clock.monotonic();
    if (this.#conversation.take(message)) this.#entering.entrance?.told();
    else if (this.#presence === 'inside' && message.from?.isBare && message.type !== 'error')
      this.#notices.take(message);
  }

  #present(presence: Presence): void {
    this.#activeAt = this.#init.host.xmpp.clock.monotonic();
    const inside = this.#state === 'joined' || this.#state === 'leaving';
    const { entrance } = this.#entering;
    const stay = inside ? this.#stay : undefined;
    routePresence(presence, { own: this.own, renaming: this.#renaming, entrance, stay });
  }

  // How far we are.

  #begins(): void {
    this.#state = 'joining';
    this.#emitter.hold();
    this.#conversation.begins();
  }

  #entered(entrance: Entrance): void {
    const { host } = this.#init;
    const again = this.#stay !== undefined;
    const { codes, list, nick, marked } = entrance;
    const stay = new Stay(
      { nick, list, marked, trust: this, emitter: this.#emitter },
      { renamed: (next) => this.#renamed(next), departed: (presence) => this.#departed(presence) },
    );
    this.#stay = stay;
    this.#entering.nick = nick;
    this.#state = 'joined';
    this.#reentry.entered();
    this.#created = codes.has(CODES.created);
    if (list.missing > 0) host.xmpp.logger.warn(`room ${this.jid}: ${list.missing} occupants are more than are kept`);
    // Those who listen already hear of it first; those who await it have their turn to listen before what was said meanwhile is told.
    this.#emitter.events.emit('joined', { created: this.#created, again });
    this.#emitter.events.emit('occupantsLoaded', { occupants: list.all });
    this.#notices.entered(codes);
    host.xmpp.clock.nextTurn(() => this.#emitter.release());
    this.#init.entered();
    this.#conversation.open();
  }

  #renamed(nick: string): void {
    this.#entering.nick = nick;
    this.#renaming.done();
  }

  #departed(presence: Presence): void {
    if (this.#state === 'leaving') {
      this.#close({ reason: 'self' });
      return;
    }
    const departure = departureOf(presence, this.#offline ? 'self' : 'lost');
    if (isFault(departure)) this.#lost(departure);
    else this.#close(departure);
  }

  async #enterAgain(signal: AbortSignal): Promise<void> {
    try {
      await this.#entering.enter(signal);
    } finally {
      if (this.#state === 'joining') this.#state = 'unreachable';
    }
  }

  /** We are out without anybody wanting it. */
  #lost(departure: Departure, online = true): void {
    this.#conversation.hold();
    this.#emitter.release();
    // Or it was being entered again already.
    if (this.#state === 'joining') this.#state = 'unreachable';
    if (this.#state !== 'joined') return;
    if (this.#init.options.rejoin === false) {
      this.#close(departure);
      return;
    }
    this.#state = 'unreachable';
    this.#emitter.emit('unreachable', departure);
    if (online) this.#reentry.fault();
  }

  /** We are out for good. */
  #close(departure: Departure): void {
    if (this.#state === 'left') return;
    this.#state = 'left';
    const reason = new NotInRoomError(this.jid, departure);
    this.#entering.stop(reason);
    this.#reentry.stop(reason);
    for (const registration of this.#registrations) registration.dispose();
    this.#renaming.fail(reason);
    this.#leaving.done();
    this.#conversation.close(reason);
    this.#lifetime.abort(reason);
    this.#emitter.end(departure, reason);
    this.#init.closed(departure);
  }
}
