import { Sending, type SendState } from '../sending.js';

/** What is given out for stanzas before they are really sent: becomes what those become. */
export class OuterSending extends Sending {
  #real: Sending | undefined;
  #ackWanted = false;

  override acked(options?: { signal?: AbortSignal | undefined }): Promise<SendState> {
    this.#ackWanted = true;
    this.#askForAck();
    return super.acked(options);
  }

  /** From now on it is what that one is. @param look What to do at each step of that one. Default: the same step. */
  follow(real: Sending, look: () => void = () => this.move(real.state, real.error)): void {
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
