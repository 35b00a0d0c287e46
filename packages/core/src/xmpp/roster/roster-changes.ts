import type { JID } from '../../jid/index.js';
import type { Presence } from '../../stanza/presence.js';
import { SendError, Sending, type SendOptions, type SendState } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { RosterHost } from './roster.js';
import type { HeldPresence, RosterKeeper } from './roster-keeper.js';
import type { RosterGroup, RosterNode } from './roster-node.js';

/** What is given out before the stanza is really sent: becomes what that becomes. */
class Outer extends Sending {
  #real: Sending | undefined;
  #ackWanted = false;

  override acked(options?: { signal?: AbortSignal | undefined }): Promise<SendState> {
    this.#ackWanted = true;
    this.#askForAck();
    return super.acked(options);
  }

  follow(real: Sending, look: () => void): void {
    this.#real = real;
    real.onState(look);
    look();
    this.#askForAck();
  }

  // Its owner keeps those whose acknowledgement somebody waits for, and tells them when none will come.
  #askForAck(): void {
    if (this.#ackWanted) this.#real?.acked().catch(() => {});
  }
}

/** Presence that waits until what it tells is kept. */
class Held implements HeldPresence {
  #waiting: { readonly presence: Presence; readonly options: SendOptions | undefined; readonly sending: Outer }[] = [];
  readonly #changes: RosterChanges;

  constructor(changes: RosterChanges) {
    this.#changes = changes;
  }

  add(presence: Presence, options: SendOptions | undefined): Sending {
    const sending = new Outer(presence.xml);
    this.#waiting.push({ presence, options, sending });
    return sending;
  }

  release(): void {
    for (const { presence, options, sending } of this.#waiting.splice(0)) {
      this.#changes.release(presence, options, sending);
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

  constructor(node: RosterNode, host: RosterHost, group: RosterGroup) {
    this.#node = node;
    this.#host = host;
    this.#group = group;
  }

  get keeper(): RosterKeeper | undefined {
    return this.#host.isComponent ? this.#group.keeper : undefined;
  }

  async commit(change: () => void): Promise<void> {
    const { keeper } = this;
    // What is changed during a change belongs to it.
    if (!keeper || this.#held) {
      change();
      return;
    }
    try {
      await keeper.commit(this.#node, change);
    } finally {
      this.#group.emptied(this.#node);
    }
  }

  /** A change that sends presence, such a one; what comes back tells what becomes of that. */
  act(such: () => Presence, change: () => Sending): Sending {
    if (this.#held || !this.keeper) return change();
    const outer = new Outer(such().xml);
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

  sendCopy(presence: Presence, to: JID, options?: SendOptions): Sending {
    const copy = presence.copy().set({ to });
    copy.id = undefined;
    return this.#held ? this.#held.add(copy, options) : this.#host.send(copy, options);
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
  release(presence: Presence, options: SendOptions | undefined, outer: Outer): void {
    this.#follow(this.#host.send(presence, options), outer);
  }

  /** @internal */
  fail(outer: Sending, cause: unknown): void {
    if (!outer.observed) this.report(cause);
    const text = `not sent, since the roster of ${this.#node.owner} could not be kept`;
    outer.move('failed', new SendError('dropped', text, { cause }));
  }

  #follow(real: Sending, outer: Outer): void {
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
    if (error === this.#reported) return;
    this.#reported = error;
    this.#host.reportError(error, `roster of ${this.#node.owner}`);
  }
}
