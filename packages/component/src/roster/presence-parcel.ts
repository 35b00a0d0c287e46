import { type JID, type Presence, SendError, type Sending, type SendOptions } from '@sestina/core';
import { OuterSending, type SendingOwner } from '@sestina/core/connection';

/** A presence and those who are still to get it. */
export class PresenceParcel {
  /** What becomes of all copies together. A server acknowledges in order: the last one stands for those before it. */
  readonly outcome: OuterSending;
  /** By bare JID, in order. */
  readonly left = new Map<string, JID>(); // bound: the subscribers of one address
  readonly presence: Presence;
  readonly #options: () => SendOptions;
  readonly #total: number;
  readonly #after: (() => void)[] = [];
  #last: Sending | undefined;
  #open = 0;
  #failed = 0;
  #error: SendError | undefined;
  #replaced = false;

  constructor(presence: Presence, to: readonly JID[], options: () => SendOptions, owner: SendingOwner) {
    this.presence = presence;
    this.#options = options;
    for (const jid of to) this.left.set(jid.bare.full, jid);
    this.#total = this.left.size;
    this.outcome = new OuterSending(presence.xml, 0, owner);
  }

  /** Sends the copy for one of them. `settled` is called once it is not in the send queue any more. */
  send(
    bare: string,
    send: (copy: Presence, options: SendOptions) => Sending,
    settled: (error?: SendError) => void,
  ): void {
    const to = this.left.get(bare);
    if (!to) return;
    this.left.delete(bare);
    this.#open += 1;
    const sending = send(this.presence.copy().set({ to }), this.#options());
    this.#last = sending;
    const look = (): void => {
      if (sending.state === 'queued') return;
      looking.dispose();
      this.#open -= 1;
      if (sending.state === 'failed') this.#failedWith(1, sending.error);
      settled(sending.error);
      this.#look();
    };
    const looking = sending.onState(look);
    look();
  }

  /** A newer one takes its place: what becomes of that becomes of what is left of this. */
  replacedBy(newer: PresenceParcel): void {
    const { size } = this.left;
    this.left.clear();
    this.#replaced = true;
    newer.#after.push(() => {
      this.#replaced = false;
      if (newer.#error) this.#failedWith(size, newer.#error);
      this.#look();
    });
  }

  /** Those who are left do not get it. */
  end(error: SendError): void {
    const { size } = this.left;
    this.left.clear();
    this.#failedWith(size, error);
    // Copies that are in the send queue may still go out: in the next session.
    this.#settle();
  }

  #failedWith(count: number, error: SendError | undefined): void {
    this.#failed += count;
    if (count > 0) this.#error ??= error;
  }

  #look(): void {
    if (this.left.size === 0 && this.#open === 0 && !this.#replaced) this.#settle();
  }

  #settle(): void {
    if (this.outcome.state !== 'queued') return;
    if (this.#error) this.outcome.move('failed', this.#summary(this.#error));
    else this.outcome.move('written');
    if (this.#last) this.outcome.follow(this.#last);
    for (const done of this.#after.splice(0)) done();
  }

  #summary(error: SendError): SendError {
    if (this.#total === 1) return error;
    const { from } = this.presence;
    const text = `presence of ${from} was not sent to ${this.#failed} of ${this.#total} subscribers: ${error.message}`;
    return new SendError(error.reason, text, { cause: error });
  }
}
