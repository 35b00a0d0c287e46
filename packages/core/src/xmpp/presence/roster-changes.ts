import type { JID } from '../../jid/index.js';
import type { Presence } from '../../stanza/presence.js';
import { OuterSending } from '../../stream/outer-sending.js';
import { SendError, type Sending, type SendOptions } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { RosterHost } from './roster.js';
import type { HeldPresence, RosterKeeper } from './roster-keeper.js';
import type { RosterGroup, RosterNode } from './roster-node.js';

/** Presence that waits until what it tells is kept. */
class Held implements HeldPresence {
  #waiting: {
    readonly presence: Presence;
    readonly options: SendOptions | undefined;
    readonly sending: OuterSending;
    readonly to: readonly JID[] | undefined;
  }[] = [];
  readonly #changes: RosterChanges;

  constructor(changes: RosterChanges) {
    this.#changes = changes;
  }

  add(presence: Presence, options: SendOptions | undefined, to?: readonly JID[]): Sending {
    const sending = new OuterSending(presence.xml);
    this.#waiting.push({ presence, options, sending, to });
    return sending;
  }

  release(): void {
    for (const { presence, options, sending, to } of this.#waiting.splice(0)) {
      this.#changes.release(presence, options, sending, to);
    }
  }

  drop(cause: unknown): void {
    for (const { sending } of this.#waiting.splice(0)) this.#changes.fail(sending, cause);
  }
}

/** How one roster is changed, and sends presence: at once, or by way of what keeps it. */
export class RosterChanges {
  readonly #node: RosterNode;
  readonly #host: RosterHost;
  readonly #group: RosterGroup;
  #held: Held | undefined;
  #reported: unknown;
  #reportedText: string | undefined;

  constructor(node: RosterNode, host: RosterHost, group: RosterGroup) {
    this.#node = node;
    this.#host = host;
    this.#group = group;
  }

  get keeper(): RosterKeeper | undefined {
    return this.#host.isComponent ? this.#group.keeper : undefined;
  }

  async commit(change: () => void, reads = false): Promise<void> {
    const { keeper } = this;
    // What is changed during a change belongs to it.
    if (!keeper || this.#held) {
      change();
      return;
    }
    try {
      await keeper.commit(this.#node, change, reads);
    } finally {
      this.#group.emptied(this.#node);
    }
  }

  /** A change that sends presence, such a one; what comes back tells what becomes of that. */
  act(such: () => Presence, change: () => Sending): Sending {
    if (this.#held || !this.keeper) return change();
    const outer = new OuterSending(such().xml);
    let inner: Sending | undefined;
    const make = (): void => {
      inner = change();
    };
    this.commit(make).then(
      () => inner && this.#follow(inner, outer),
      (cause: unknown) => this.fail(outer, cause),
    );
    return outer;
  }

  send(init: PresenceInit, options?: SendOptions): Sending {
    const whole = this.#from(init);
    return this.#held ? this.#held.add(this.#host.presence(whole), options) : this.#host.sendPresence(whole, options);
  }

  sendCopy(presence: Presence, to: JID): Sending {
    const copy = withoutId(presence).set({ to });
    return this.#held ? this.#held.add(copy, undefined) : this.#host.send(copy);
  }

  /** Sends a copy to each of them. */
  sendCopies(presence: Presence, to: readonly JID[], options?: SendOptions): Sending {
    const copy = withoutId(presence);
    return this.#held ? this.#held.add(copy, options, to) : this.#deliver(copy, options, to);
  }

  #deliver(presence: Presence, options: SendOptions | undefined, to: readonly JID[] = []): Sending {
    const { delivery } = this.#group;
    if (delivery) return delivery.deliver(presence, to.length > 0 ? to : undefined, options);
    let last: Sending | undefined;
    for (const jid of to) last = this.#host.send(presence.copy().set({ to: jid }), options);
    return last ?? this.#host.send(presence, options);
  }

  /** Whole, but for `to` perhaps. */
  presence(init: PresenceInit): Presence {
    return this.#host.presence(this.#from(init));
  }

  #from(init: PresenceInit): PresenceInit {
    const { from, ...rest } = init;
    return this.#host.isComponent ? { from: from ?? this.#node.owner, ...rest } : init;
  }

  hold(change: () => void): HeldPresence {
    const held = new Held(this);
    this.#held = held;
    try {
      change();
    } finally {
      this.#held = undefined;
    }
    return held;
  }

  /** @internal */
  release(presence: Presence, options: SendOptions | undefined, outer: OuterSending, to?: readonly JID[]): void {
    this.#follow(this.#deliver(presence, options, to), outer);
  }

  /** @internal */
  fail(outer: Sending, cause: unknown): void {
    if (!outer.observed) this.report(cause);
    const text = `not sent, since the roster of ${this.#node.owner} could not be kept`;
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

  report(error: unknown): void {
    const text = String(error);
    // A full queue refuses each stanza with an error of its own.
    if (error === this.#reported || text === this.#reportedText) return;
    this.#reported = error;
    this.#reportedText = text;
    Promise.resolve().then(() => {
      this.#reportedText = undefined;
    });
    this.#host.reportError(error, `roster of ${this.#node.owner}`);
  }
}

function withoutId(presence: Presence): Presence {
  const copy = presence.copy();
  copy.id = undefined;
  return copy;
}
