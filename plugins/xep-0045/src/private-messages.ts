import { type BaseXMPP, type Message, Registration } from '@sestina/core';
import { MessageIndex } from '@sestina/message-index';

/** Which private messages of occupants are to be told: each once, though a copy of another device's may say the same (XEP-0280 §6.1). */
export class PrivateMessages {
  readonly #xmpp: BaseXMPP;
  #index: MessageIndex | undefined;
  readonly registration: Registration;

  constructor(xmpp: BaseXMPP) {
    this.#xmpp = xmpp;
    this.registration = xmpp.plugins.whenInstalled(MessageIndex, (index) => {
      this.#index = index;
      return new Registration(() => {
        this.#index = undefined;
      });
    });
  }

  /** Whether a message says what was not told before. */
  isNew(message: Message): boolean {
    try {
      if (this.#index) return this.#index.firstTime(message);
    } catch (error) {
      this.#xmpp.reportError(error, 'whether a private message was told before');
    }
    // Nobody remembers: what another device got, the room has given to all who share its nick.
    const { source, way } = message.context;
    return source !== 'carbon' || way === 'out';
  }
}
