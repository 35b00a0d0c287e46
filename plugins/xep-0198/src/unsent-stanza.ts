import { type BaseXMPP, SendError, Sending, type SendOptions, XmlElement } from '@sestina/core';
import type { KeptStanza } from './kept-session.js';

const NS_DELAY = 'urn:xmpp:delay';

/** A stanza that was written in a session that is over, and that may or may not have arrived. */
export class UnsentStanza {
  /** It as it was written. */
  readonly element: XmlElement;
  /** When it was written first. */
  readonly sentAt: Date;
  readonly #xmpp: Pick<BaseXMPP, 'resend'>;
  readonly #onResend: ((again: Sending) => void) | null;
  #again: Sending | undefined;
  #discarded = false;

  constructor(
    xmpp: Pick<BaseXMPP, 'resend'>,
    { element, at }: KeptStanza,
    onResend: ((again: Sending) => void) | null,
  ) {
    this.#xmpp = xmpp;
    this.#onResend = onResend;
    this.element = element;
    this.sentAt = new Date(at);
  }

  /**
   * Sends it once more, with the same ids: who has it already can tell. A message says when it was sent first (XEP-0203). The second
   * call gives what the first one gave; after `discard()` it is `failed`.
   */
  resend(options?: SendOptions): Sending {
    if (this.#discarded) {
      const sending = new Sending(this.element);
      sending.move('failed', new SendError('aborted', 'it was discarded, so that it is not sent again'));
      return sending;
    }
    if (!this.#again) {
      this.#again = this.#xmpp.resend(this.#asSentBefore(), options);
      this.#onResend?.(this.#again);
    }
    return this.#again;
  }

  /** Gives it up: it is not sent again. */
  discard(): void {
    this.#discarded = true;
  }

  #asSentBefore(): XmlElement {
    const copy = this.element.copy();
    // That of the lost session may be another one's by now; the server fills in the right one.
    copy.setAttribute('from', undefined);
    if (copy.name !== 'message' || copy.child('delay', NS_DELAY)) return copy;
    // Without `from`, which would tell the occupants of a room who we are.
    return copy.append(new XmlElement('delay', NS_DELAY, { stamp: this.sentAt.toISOString() }));
  }
}
