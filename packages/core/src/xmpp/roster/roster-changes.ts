import type { JID } from '../../jid/index.js';
import type { Presence } from '../../stanza/presence.js';
import { SendError, Sending, type SendOptions } from '../../stream/sending.js';
import type { PresenceInit } from '../stanza-init.js';
import type { RosterHost } from './roster.js';
import type { HeldPresence, RosterKeeper } from './roster-keeper.js';
import type { RosterNode } from './roster-node.js';

/** Presence that waits until what it tells is kept. */
class Held implements HeldPresence {
  #waiting: { readonly presence: Presence; readonly sending: Sending }[] = [];
  readonly #changes: RosterChanges;

  constructor(changes: RosterChanges) {
    this.#changes = changes;
  }

  add(presence: Presence): Sending {
    const sending = new Sending(presence.xml);
    this.#waiting.push({ presence, sending });
    return sending;
  }

  release(): void {
    for (const { presence, sending } of this.#waiting.splice(0)) this.#changes.release(presence, sending);
  }

  drop(cause: unknown): void {
    for (const { sending } of this.#waiting.splice(0)) this.#changes.fail(sending, cause);
  }
}

/** How one roster is changed, and sends presence: at once, or by way of what keeps it. */
export class RosterChanges {
  readonly #node: RosterNode;
  readonly #host: RosterHost;
  readonly #keeper: () => RosterKeeper | undefined;
  #held: Held | undefined;
  #reported: unknown;

  constructor(node: RosterNode, host: RosterHost, keeper: () => RosterKeeper | undefined) {
    this.#node = node;
    this.#host = host;
    this.#keeper = keeper;
  }

  get keeper(): RosterKeeper | undefined {
    return this.#host.isComponent ? this.#keeper() : undefined;
  }

  async commit(change: () => void): Promise<void> {
    const { keeper } = this;
    // What is changed during a change belongs to it.
    if (!keeper || this.#held) change();
    else await keeper.commit(this.#node, change);
  }

  /** A change that sends presence, `init`; what comes back tells what becomes of that. */
  act(init: PresenceInit, change: () => Sending): Sending {
    if (this.#held || !this.keeper) return change();
    const outer = new Sending(this.#host.presence(this.#from(init)).xml);
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
    return this.#held ? this.#held.add(this.#host.presence(whole)) : this.#host.sendPresence(whole, options);
  }

  sendCopy(presence: Presence, to: JID): Sending {
    const copy = presence.copy().set({ to });
    copy.id = undefined;
    return this.#held ? this.#held.add(copy) : this.#host.send(copy);
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
  release(presence: Presence, outer: Sending): void {
    this.#follow(this.#host.send(presence), outer);
  }

  /** @internal */
  fail(outer: Sending, cause: unknown): void {
    if (!outer.observed) this.#report(cause);
    const text = `not sent, since the roster of ${this.#node.owner} could not be kept`;
    outer.move('failed', new SendError('dropped', text, { cause }));
  }

  #follow(real: Sending, outer: Sending): void {
    const look = (): void => {
      const { state, error } = real;
      outer.element = real.element;
      outer.size = real.size;
      if ((state === 'failed' || state === 'unknown') && !outer.observed) this.#report(error);
      outer.move(state, error);
    };
    real.onState(look);
    look();
  }

  // One failure may be that of many.
  #report(error: unknown): void {
    if (error === this.#reported) return;
    this.#reported = error;
    this.#host.reportError(error, `roster of ${this.#node.owner}`);
  }
}
