import { BaseXMPP, Plugin, type RequestOptions, type Timer } from '@sestina/core';
import { MultiUserChat, type Room } from '@sestina/xep-0045';
import { Ping } from '@sestina/xep-0199';
import { checkOptions, MucSelfPingOptions } from './options.js';
import { meaningOf, type RoomPresence } from './outcome.js';

/** What is known of the silence of a room. */
interface Watch {
  /** Its part of the jitter, from -1 to 1. */
  readonly jitter: number;
  /** How often in a row nobody could tell. */
  undecided: number;
  /** When it was asked last, on the scale of `clock.monotonic()`. */
  askedAt: number;
  asking: boolean;
}

// Between the questions to two rooms, in milliseconds.
const DISTANCE = 200;
const AGAIN = 60_000;

/**
 * XEP-0410: MUC Self-Ping, version 1.1.0. Asks rooms that have been silent for a while whether we are still in them, and has those entered
 * again that have forgotten us.
 */
export class MucSelfPing extends Plugin {
  static override readonly id = 'xep-0410';
  static override readonly Options = MucSelfPingOptions;
  static override readonly inject = [BaseXMPP, MultiUserChat, Ping, MucSelfPingOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #muc: MultiUserChat;
  readonly #ping: Ping;
  readonly #options: MucSelfPingOptions;
  readonly #watches = new WeakMap<Room, Watch>();
  #timer: Timer | undefined;
  #lastAsked = Number.NEGATIVE_INFINITY;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, muc: MultiUserChat, ping: Ping, options: MucSelfPingOptions) {
    super();
    checkOptions(options);
    this.#xmpp = xmpp;
    this.#muc = muc;
    this.#ping = ping;
    this.#options = options;
    this.own(
      xmpp.on('roomJoined', () => this.#plan()),
      xmpp.on('roomLeft', () => this.#plan()),
      { dispose: () => this.#timer?.cancel() },
    );
  }

  override sessionStart(): void {
    this.#plan();
  }

  override sessionResumed(): void {
    this.#plan();
  }

  /**
   * Asks a room whether we are in it, by a ping to ourselves. Nothing is done about it.
   * @throws what `xmpp.request()` throws where it says nothing of the room; PluginError once the plugin is removed.
   */
  check(room: Room, options: RequestOptions = {}): Promise<RoomPresence> {
    return this.untilRemoved(options.signal, async (signal) => {
      const { timeout = this.#options.timeout } = options;
      try {
        // What the room calls us, not what we wanted to be called: that may be somebody else.
        await this.#ping.ping(room.jid.withResource(room.nick), { timeout, signal, from: room.own });
        return 'joined';
      } catch (error) {
        signal.throwIfAborted();
        return meaningOf(error);
      }
    });
  }

  #watchOf(room: Room): Watch {
    const watch = this.#watches.get(room) ?? {
      jitter: this.#xmpp.random.fraction() * 2 - 1,
      undecided: 0,
      askedAt: Number.NEGATIVE_INFINITY,
      asking: false,
    };
    this.#watches.set(room, watch);
    return watch;
  }

  /** When a room is to be asked; undefined for one that is not, as things are. */
  #dueAt(room: Room): number | undefined {
    const { undecided, askedAt, asking, jitter } = this.#watchOf(room);
    if (room.state !== 'joined' || asking) return undefined;
    const idle = this.#options.idle * (1 + jitter * this.#options.jitter);
    if (undecided === 0) return Math.max(room.activeAt, askedAt) + idle;
    return Math.max(room.activeAt + idle, askedAt + Math.min(idle, AGAIN * 2 ** Math.min(undecided - 1, 20)));
  }

  /** One timer for all rooms: for the one whose turn is next. */
  #plan(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.#xmpp.online) return;
    let next: { readonly room: Room; readonly at: number } | undefined;
    for (const room of this.#muc.rooms) {
      const at = this.#dueAt(room);
      if (at !== undefined && (!next || at < next.at)) next = { room, at };
    }
    if (!next) return;
    const { room, at } = next;
    const now = this.#xmpp.clock.monotonic();
    const wait = Math.max(at, this.#lastAsked + DISTANCE) - now;
    this.#timer = this.#xmpp.clock.setTimer(Math.max(0, wait), () => this.#ring(room), { background: true });
  }

  #ring(room: Room): void {
    const now = this.#xmpp.clock.monotonic();
    const at = this.#dueAt(room);
    // It may have said something since, or may be about to call us otherwise.
    if (at !== undefined && at <= now && this.#xmpp.online) {
      if (room.changingNick) this.#watchOf(room).askedAt = now;
      else void this.#ask(room);
    }
    this.#plan();
  }

  async #ask(room: Room): Promise<void> {
    const watch = this.#watchOf(room);
    watch.asking = true;
    watch.askedAt = this.#xmpp.clock.monotonic();
    this.#lastAsked = watch.askedAt;
    try {
      const found = await this.check(room, { signal: room.signal });
      watch.undecided = found === 'unknown' ? watch.undecided + 1 : 0;
      if (found === 'not-joined') room.lost();
    } catch (error) {
      this.#xmpp.logger.debug(`${room.jid} was not asked whether we are in it`, { error });
    } finally {
      watch.asking = false;
      if (!this.lifetime.aborted) this.#plan();
    }
  }
}
