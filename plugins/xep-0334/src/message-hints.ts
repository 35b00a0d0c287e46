import { BaseXMPP, type Message, Plugin } from '@sestina/core';
import { booleanOption } from '@sestina/core/connection';
import { NS_HINTS } from './stanza.js';

/** Options of `MessageHints`. */
export class MessageHintsOptions {
  /**
   * Whether `no-copy` is taken off messages on which it is not allowed.
   * @default true
   */
  guard = true;
}

/**
 * XEP-0334: Message Processing Hints, version 1.0.0. Keeps to what the specification allows; `message.hints` works without it.
 */
export class MessageHints extends Plugin {
  static override readonly id = 'xep-0334';
  static override readonly Options = MessageHintsOptions;
  static override readonly inject = [BaseXMPP, MessageHintsOptions] as const;
  readonly #xmpp: BaseXMPP;
  #warned = false;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { guard }: MessageHintsOptions) {
    super();
    booleanOption('guard', guard);
    this.#xmpp = xmpp;
    // The last step before the wire: whatever has put it there.
    if (guard) this.own(xmpp.messages.decorate((copy) => this.#guard(copy)));
  }

  /** A bare address stands for all of its resources, and a room for all of its occupants: these are no copies (XEP-0334 §4.3). */
  #guard(copy: Message): void {
    if (copy.to?.isFull && copy.type !== 'groupchat') return;
    const found = copy.xml.childrenNamed('no-copy', NS_HINTS);
    for (const hint of found) copy.xml.remove(hint);
    if (found.length === 0 || this.#warned) return;
    this.#warned = true;
    this.#xmpp.logger.warn(
      '<no-copy/> was taken off a message that is not for a single resource (XEP-0334 §4.3): give "to" a resource; further ones are not reported',
    );
  }
}
