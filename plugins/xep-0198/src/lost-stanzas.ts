import type { BaseXMPP, Sending } from '@sestina/core';
import type { KeptStanza } from './kept-session.js';
import type { StreamManagementOptions } from './options.js';
import { Suspects } from './suspects.js';
import { UnsentStanza } from './unsent-stanza.js';

/** Stanzas of sessions that are over, of which nobody can tell whether they arrived. */
export class LostStanzas {
  readonly #xmpp: BaseXMPP;
  readonly #resend: StreamManagementOptions['resend'];
  readonly suspects = new Suspects();

  constructor(xmpp: BaseXMPP, { resend }: StreamManagementOptions) {
    this.#xmpp = xmpp;
    this.#resend = resend;
  }

  /** Tells of them, and sends them once more where that is wanted. @param suspect Whether the stream may have ended over the first. */
  tell(lost: readonly KeptStanza[], suspect = false): void {
    if (lost.length === 0) return;
    const again = (sending: Sending): void => this.suspects.add(sending);
    const sendings = lost.map((stanza, at) => new UnsentStanza(this.#xmpp, stanza, suspect && at === 0 ? again : null));
    // Where no connection is made again, one of them may be the reason: it must not end the next one too.
    if (this.#resend === 'messages' && this.#xmpp.state !== 'disconnected') {
      for (const unsent of sendings) if (unsent.element.name === 'message') unsent.resend();
    }
    this.#xmpp.emit('smUnknown', { sendings });
  }

  /** The same of another process. Nobody holds what `send()` gave for these: where nobody listens either, the log tells. */
  tellStrange(lost: readonly KeptStanza[]): void {
    if (lost.length > 0 && this.#resend === 'never' && this.#xmpp.listenerCount('smUnknown') === 0) {
      this.#xmpp.logger.warn(`${lost.length} stanzas of a process that is gone may have arrived: listen to smUnknown`);
    }
    this.tell(lost);
  }
}
