import { type JID, type Presence, type PresenceInit, SendError, type Sending, type SendOptions } from '@sestina/core';
import { OuterSending, type RosterHost } from '@sestina/core/connection';
import type { PresencePurpose } from '@sestina/core/handlers';
import type { HeldPresence, KeptRoster, PresenceDelivery, RosterKeeper } from './roster-keeper.js';

/** What the rosters of a component have in common. */
export interface ChangesGroup<R> {
  readonly keeper: RosterKeeper | undefined;
  readonly delivery: PresenceDelivery | undefined;
  /** There may be nothing in it now. */
  emptied(roster: R): void;
}

interface Waiting {
  go(): void;
  fail(cause: unknown): void;
}

/** How one roster is changed, and sends presence: at once, or by way of what keeps it. */
export class RosterChanges<R extends KeptRoster> {
  readonly #roster: R;
  readonly #host: RosterHost;
  readonly #group: ChangesGroup<R>;
  #held: Waiting[] | undefined;
  #reported: unknown;
  #reportedText: string | undefined;

  constructor(roster: R, host: RosterHost, group: ChangesGroup<R>) {
    this.#roster = roster;
    this.#host = host;
    this.#group = group;
  }

  async commit(change: () => void, reads = false): Promise<void> {
    const { keeper } = this.#group;
    // What is changed during a change belongs to it.
    if (!keeper || this.#held) {
      change();
      return;
    }
    try {
      await keeper.commit(this.#roster, change, reads);
    } finally {
      this.#group.emptied(this.#roster);
    }
  }

  /** A change that sends presence, such a one; what comes back tells what becomes of that. */
  act(such: () => Presence, change: () => Sending): Sending {
    if (this.#held || !this.#group.keeper) return change();
    const outer = new OuterSending(such().xml);
    let inner: Sending | undefined;
    const make = (): void => {
      inner = change();
    };
    this.commit(make).then(
      () => inner && this.#follow(inner, outer),
      (cause: unknown) => this.#fail(outer, cause),
    );
    return outer;
  }

  /** Runs it once the change that is being made is kept. */
  later(act: () => void): void {
    if (this.#held) this.#held.push({ go: act, fail: () => {} });
    else act();
  }

  send(init: PresenceInit, options?: SendOptions): Sending {
    if (!this.#held) return this.#host.sendPresence(this.#from(init), options);
    return this.#hold(this.presence(init), options);
  }

  /** A copy to each of them. */
  sendCopies(presence: Presence, to: readonly JID[], options?: SendOptions): Sending {
    const copy = presence.copy().set({ id: undefined });
    return this.#held ? this.#hold(copy, options, to) : this.#deliver(copy, options, to, 'broadcast');
  }

  sendCopy(presence: Presence, to: JID): Sending {
    const copy = presence.copy().set({ id: undefined, to });
    if (this.#held) return this.#hold(copy, undefined, undefined, 'broadcast');
    return this.#host.sendDecorated(this.#host.outgoing.decorate(copy, 'broadcast'));
  }

  /** Whole, but for `to` perhaps. */
  presence(init: PresenceInit): Presence {
    return this.#host.presence(this.#from(init));
  }

  #from(init: PresenceInit): PresenceInit {
    const { from, ...rest } = init;
    return { from: from ?? this.#roster.owner, ...rest };
  }

  /** Runs a change, and holds back what it sends. */
  hold(change: () => void): HeldPresence {
    const held: Waiting[] = [];
    this.#held = held;
    try {
      change();
    } finally {
      this.#held = undefined;
    }
    return {
      release: () => {
        for (const { go } of held.splice(0)) go();
      },
      drop: (cause) => {
        for (const { fail } of held.splice(0)) fail(cause);
      },
    };
  }

  #hold(
    presence: Presence,
    options: SendOptions | undefined,
    to?: readonly JID[],
    purpose: PresencePurpose = to ? 'broadcast' : 'directed',
  ): Sending {
    const outer = new OuterSending(presence.xml);
    this.#held?.push({
      go: () => this.#follow(this.#deliver(presence, options, to, purpose), outer),
      fail: (cause) => this.#fail(outer, cause),
    });
    return outer;
  }

  #deliver(
    presence: Presence,
    options: SendOptions | undefined,
    to: readonly JID[] | undefined,
    purpose: PresencePurpose,
  ): Sending {
    const { delivery } = this.#group;
    const whole = this.#host.outgoing.decorate(presence, purpose);
    if (delivery) return delivery.deliver(whole, to, options);
    let last: Sending | undefined;
    for (const jid of to ?? []) last = this.#host.sendDecorated(whole.copy().set({ to: jid }), options);
    return last ?? this.#host.sendDecorated(whole, options);
  }

  #fail(outer: Sending, cause: unknown): void {
    if (!outer.observed) this.report(cause);
    const text = `not sent, since the roster of ${this.#roster.owner} could not be kept`;
    outer.move('failed', new SendError('dropped', text, { cause }));
  }

  #follow(real: Sending, outer: OuterSending): void {
    const look = (): void => {
      const { state, error } = real;
      outer.element = real.element;
      outer.size = real.size;
      if ((state === 'failed' || state === 'unknown') && !outer.observed) this.report(error);
      outer.move(state, error);
    };
    outer.follow(real, look);
  }

  /** Reports a failure, which may be that of many changes, once. */
  report(error: unknown): void {
    const text = String(error);
    // A full queue refuses each stanza with an error of its own.
    if (error === this.#reported || text === this.#reportedText) return;
    this.#reported = error;
    this.#reportedText = text;
    Promise.resolve().then(() => {
      this.#reportedText = undefined;
    });
    this.#host.reportError(error, `roster of ${this.#roster.owner}`);
  }
}
