import { BaseXMPP, ConfigError, inject, injectable, JID, Message, Plugin, type Presence, viewOf } from '@sestina/core';
import { Delay, NS_DELAY } from './stanza.js';

/** Options of `DelayedDelivery`. */
export class DelayedDeliveryOptions {
  /** How far ahead of our clock a stamp may be, in milliseconds, and still be believed. Default 300,000: five minutes. */
  tolerance = 300_000;
}

/** XEP-0203: Delayed Delivery, version 2.0. Tells when a stanza that was kept back was sent, as far as that can be believed. */
@injectable()
export class DelayedDelivery extends Plugin {
  static override readonly id = 'xep-0203';
  static override readonly Options = DelayedDeliveryOptions;
  readonly #xmpp: BaseXMPP;
  readonly #tolerance: number;

  /** @throws ConfigError for a tolerance that is no time. */
  constructor(@inject(BaseXMPP) xmpp: BaseXMPP, @inject(DelayedDeliveryOptions) options: DelayedDeliveryOptions) {
    super();
    const { tolerance } = options;
    if (!(tolerance >= 0)) {
      throw new ConfigError(`tolerance is a number of milliseconds from 0, got ${tolerance}`, 'tolerance');
    }
    this.#xmpp = xmpp;
    this.#tolerance = tolerance;
  }

  /**
   * The notation to go by, if there is one: written by our server, our own account or the room that the message came
   * through, or by nobody in particular, in that order; with a stamp that can be read and is not in the future. All
   * others may be anybody's invention (XEP-0203 §5); these are still no proof.
   */
  trustedDelay(stanza: Message | Presence): Delay | undefined {
    const latest = this.#xmpp.clock.now() + this.#tolerance;
    const delays = stanza.xml
      .childrenNamed(Delay.tag, NS_DELAY)
      .map((xml) => viewOf(Delay, xml))
      .filter(({ stamp }) => stamp !== undefined && stamp.getTime() <= latest);
    if (delays.length === 0) return undefined;
    for (const source of this.#believed(stanza)) {
      const found = delays.find((delay) => delay.from?.equals(source));
      if (found) return found;
    }
    // The raw attribute: a `from` that cannot be read is not an absent one.
    return delays.find(({ xml }) => xml.attribute('from') === undefined);
  }

  /** When the stanza was sent: its trusted stamp, else now, because it has just come. */
  sentAt(stanza: Message | Presence): Date {
    return this.trustedDelay(stanza)?.stamp ?? new Date(this.#xmpp.clock.now());
  }

  #believed(stanza: Message | Presence): JID[] {
    const { boundJid, requestedJid, serverDomain } = this.#xmpp;
    const believed = [JID.from(serverDomain), (boundJid ?? requestedJid).bare];
    // Elsewhere the sender's own address is only the sender's word.
    if (stanza instanceof Message && stanza.type === 'groupchat' && stanza.from) believed.push(stanza.from.bare);
    return believed;
  }
}
