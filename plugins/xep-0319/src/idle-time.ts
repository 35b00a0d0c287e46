import { BaseXMPP, type Clock, JID, Plugin, type Presence, type Timer } from '@sestina/core';
import { booleanOption, checkOption } from '@sestina/core/connection';
import type { PresencePurpose } from '@sestina/core/handlers';
import { LruMap } from '@sestina/core/util';
import { LastActivity } from '@sestina/xep-0012';
import { delayStamp, Idle, LastActivityInPresence } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** At a device of somebody nobody does anything any more, or somebody does again (XEP-0319). */
    idleChanged: {
      /** A full JID, of an occupant of a room too. */
      readonly jid: JID;
      /** Since when nobody does anything; undefined where somebody does again. */
      readonly since: Date | undefined;
    };
  }
}

/** Options of `IdleTime`. */
export class IdleTimeOptions {
  /**
   * Milliseconds without `touch()` after which nobody does anything here.
   * @default 300_000
   */
  after = 300_000;
  /**
   * Whether our presence says since when nobody does anything here.
   * @default false
   */
  broadcast = false;
  /**
   * Whether it says so in rooms, too.
   * @default false
   */
  inRooms = false;
  /**
   * Devices of which it is kept since when nobody does anything there; those of strangers make room first.
   * @default 5_000
   */
  maxKept = 5_000;
}

const MINUTE = 60_000;

/** XEP-0319: Last User Interaction in Presence, version 1.0.2. Since when nobody does anything: at our device, and at those of others. */
export class IdleTime extends Plugin {
  static override readonly id = 'xep-0319';
  static override readonly Options = IdleTimeOptions;
  static override readonly inject = [BaseXMPP, IdleTimeOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #clock: Clock;
  readonly #options: IdleTimeOptions;
  /** By full JID, in milliseconds. */
  readonly #others: LruMap<string, number>;
  #touched: number | undefined;
  #since: number | undefined;
  #timer: Timer | undefined;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: IdleTimeOptions) {
    super();
    const { after, broadcast, inRooms, maxKept } = options;
    for (const [name, value] of Object.entries({ after, maxKept })) {
      checkOption(name, value, typeof value === 'number' && value >= 1, 'a number from 1');
    }
    booleanOption('broadcast', broadcast);
    booleanOption('inRooms', inRooms);
    this.#xmpp = xmpp;
    this.#clock = xmpp.clock;
    this.#options = options;
    this.#others = new LruMap({
      maxEntries: maxKept,
      sizeOf: (_since, jid) => 200 + 2 * jid.length,
      isStranger: (_since, jid) => !xmpp.isComponent && !xmpp.roster.of().has(jid.split('/', 1)[0] ?? ''),
    });
    this.own(
      xmpp.onPresence((presence) => this.#heard(presence), { payload: Idle }),
      xmpp.onPresence((presence) => this.#heard(presence), { payload: LastActivityInPresence }),
      xmpp.on('presence', (presence) => this.#maybeBack(presence)),
      xmpp.plugins.whenInstalled(LastActivity, (activity) => activity.serve({ idleSince: () => this.since })),
      { dispose: () => this.#timer?.cancel() },
    );
    if (broadcast) this.own(xmpp.decoratePresence((copy, purpose) => this.#decorate(copy, purpose)));
  }

  override sessionEnd(): void {
    this.#others.clear();
  }

  /** Since when nobody does anything here; undefined where somebody does, or nothing is known of it. */
  get since(): Date | undefined {
    return this.#since === undefined ? undefined : new Date(this.#since);
  }

  /** Somebody has done something here. Without it, `after` a while nobody does. Cheap: to be called for each key. */
  touch(): void {
    this.lifetime.throwIfAborted();
    this.#touched = this.#clock.monotonic();
    if (this.#since !== undefined) this.#become(undefined);
    if (!this.#timer) this.#watch(this.#options.after);
  }

  /** Says itself since when nobody does anything here, where the platform knows; undefined: somebody does. */
  setIdle(since: Date | undefined): void {
    this.lifetime.throwIfAborted();
    this.#become(since && Math.min(since.getTime(), this.#clock.now()));
  }

  /** Since when nobody does anything at a device, as it has said last; undefined where it has not. */
  of(jid: JID | string): Date | undefined {
    const since = this.#others.get(JID.from(jid).full);
    return since === undefined ? undefined : new Date(since);
  }

  #watch(wait: number): void {
    this.#timer = this.#clock.setTimer(
      wait,
      () => {
        this.#timer = undefined;
        const left = (this.#touched ?? 0) + this.#options.after - this.#clock.monotonic();
        if (left > 0) this.#watch(left);
        else if (this.#since === undefined) this.#become(this.#clock.now() + left - this.#options.after);
      },
      { background: true },
    );
  }

  #become(since: number | undefined): void {
    const before = this.#since;
    this.#since = since;
    if (this.#options.broadcast && minuteOf(before) !== minuteOf(since)) this.#xmpp.presenceChanged();
  }

  #decorate(copy: Presence, purpose: PresencePurpose): void {
    const minute = minuteOf(this.#since);
    if (minute === undefined || copy.idleSince || (purpose === 'room' && !this.#options.inRooms)) return;
    copy.idleSince = new Date(minute);
  }

  #heard(presence: Presence): void {
    const { from } = presence;
    if (!from || from.isBare || !presence.isAvailable || from.equals(this.#xmpp.boundJid ?? this.#xmpp.account)) return;
    const since = this.#sinceIn(presence);
    if (since === undefined || this.#others.get(from.full) === since) return;
    this.#others.set(from.full, since);
    this.#xmpp.emit('idleChanged', { jid: from, since: new Date(since) });
  }

  /** Somebody of whom it was known says nothing of it any more, or is gone. */
  #maybeBack(presence: Presence): void {
    const { from } = presence;
    if (!from || !this.#others.has(from.full)) return;
    if (presence.isAvailable && this.#sinceIn(presence) !== undefined) return;
    this.#others.delete(from.full);
    this.#xmpp.emit('idleChanged', { jid: from, since: undefined });
  }

  /** What a presence says, in either notation; nobody has done the last thing in the future. */
  #sinceIn(presence: Presence): number | undefined {
    const now = this.#clock.now();
    const { idleSince, lastActivity, show } = presence;
    if (idleSince) return Math.min(idleSince.getTime(), now);
    // Of somebody who is there it says when it was last online (XEP-0256 §1.1).
    if (lastActivity === undefined || (show !== 'away' && show !== 'xa')) return undefined;
    return Math.min(delayStamp(presence)?.getTime() ?? now, now) - 1_000 * lastActivity;
  }
}

/** The minute before, in milliseconds: nobody has to know it better. */
function minuteOf(since: number | undefined): number | undefined {
  return since === undefined ? undefined : Math.floor(since / MINUTE) * MINUTE;
}
