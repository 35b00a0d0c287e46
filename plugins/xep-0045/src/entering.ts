import { type BaseXMPP, type JID, type PresenceInit, TimeoutError } from '@sestina/core';
import { deadline } from '@sestina/core/util';
import { Entrance } from './entrance.js';
import { RoomJoinError } from './errors.js';
import type { JidTrust } from './occupant.js';
import type { OccupantList } from './occupant-list.js';
import type { JoinOptions } from './options.js';
import { settlement } from './room-sending.js';
import { type History, MucJoin } from './stanza.js';

/** What entering a room takes from it. */
export interface EnteringHost {
  readonly xmpp: BaseXMPP;
  readonly jid: JID;
  /** The address of a component that enters. */
  readonly own: JID | undefined;
  readonly options: JoinOptions;
  readonly trust: JidTrust;
  readonly timeout: number;
  readonly subjectTimeout: number;
  /** How much is to be repeated. */
  history(): History;
  /** Show and status. */
  shown(): Pick<PresenceInit, 'show' | 'status'>;
  newList(): OccupantList;
  /** Resolves when it is our turn to enter a room. */
  turn(signal: AbortSignal): Promise<void>;
  /** Resolves when there is a session. */
  online(signal: AbortSignal): Promise<void>;
  /** Finds out what has to be known before. */
  prepare(signal: AbortSignal): Promise<void>;
  /** The presence is about to go out. */
  begins(): void;
  founded(): Promise<void>;
  entered(entrance: Entrance): void;
}

const MAX_NICKS = 20;

/** Asks a room to let us in, as often as it takes to find a nick that is free. */
export class Entering {
  readonly #host: EnteringHost;
  #entrance: Entrance | undefined;
  #stop: ((reason: unknown) => void) | undefined;

  constructor(
    host: EnteringHost,
    /** What we want to be called. */
    public nick: string,
  ) {
    this.#host = host;
  }

  /** The attempt that is under way. */
  get entrance(): Entrance | undefined {
    return this.#entrance;
  }

  /** @throws RoomJoinError; the signal's reason, or that of `stop()`; SendError. */
  async enter(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#host.turn(signal);
      try {
        await this.#try(signal);
        return;
      } catch (error) {
        const conflict = error instanceof RoomJoinError && error.reason === 'conflict' && attempt < MAX_NICKS;
        const nick = conflict ? this.#host.options.onConflict?.(this.nick, attempt) : undefined;
        if (nick === undefined) throw error;
        this.nick = nick;
      }
    }
  }

  /** Gives up what is under way, without a word to the room. */
  stop(reason: unknown): void {
    this.#stop?.(reason);
  }

  async #try(signal: AbortSignal): Promise<void> {
    const { xmpp, jid, timeout } = this.#host;
    const done = settlement<void>();
    const over = new AbortController();
    const what = { what: `entering ${jid}`, timeout, signal, how: 'no answer' as const };
    const end = deadline(xmpp.clock, what, (reason) => {
      // It may let us in later: then nobody would know.
      if (this.#entrance && xmpp.online) this.#leave();
      const timedOut = reason instanceof TimeoutError && !signal.aborted;
      done.reject(timedOut ? RoomJoinError.from(jid, reason) : reason);
    });
    this.#stop = done.reject;
    try {
      const ready = this.#host.online(over.signal).then(() => this.#host.prepare(over.signal));
      ready.then(() => over.signal.aborted || this.#send(done.resolve, done.reject)).catch(done.reject);
      await done.promise;
    } finally {
      this.#stop = undefined;
      over.abort();
      end();
      this.#entrance?.cancel();
      this.#entrance = undefined;
    }
  }

  #send(resolve: () => void, reject: (reason: unknown) => void): void {
    const { xmpp, jid, options, own, trust, subjectTimeout } = this.#host;
    const id = xmpp.random.id();
    const to = jid.withResource(this.nick);
    const presence = xmpp.presence({ id, to, from: own, ...this.#host.shown() });
    presence.mucJoin = new MucJoin({ history: this.#host.history(), password: options.password });
    const init = {
      clock: xmpp.clock,
      room: jid,
      id,
      nick: to.resource ?? this.nick,
      list: this.#host.newList(),
      trust,
      subjectTimeout,
    };
    this.#entrance = new Entrance(init, {
      founded: () => this.#founded(),
      entered: (entrance) => {
        this.#entrance = undefined;
        this.#host.entered(entrance);
        resolve();
      },
      failed: reject,
    });
    this.#host.begins();
    const sending = xmpp.send(presence);
    const failed = (): void => {
      if (sending.state === 'failed' || sending.state === 'unknown') reject(sending.error);
    };
    sending.onState(failed);
    failed();
  }

  async #founded(): Promise<void> {
    try {
      await this.#host.founded();
    } catch (error) {
      // What nobody opens stays in everybody's way.
      this.#leave();
      throw error;
    }
  }

  #leave(): void {
    const { xmpp, jid, own } = this.#host;
    xmpp.sendPresence({ type: 'unavailable', to: jid.withResource(this.nick), from: own });
  }
}
