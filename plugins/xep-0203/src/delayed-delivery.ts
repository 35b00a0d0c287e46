import { BaseXMPP, JID, Message, type MessageContext, Plugin, type Presence, viewOf } from '@sestina/core';
import { checkOption } from '@sestina/core/connection';
import { Delay, NS_DELAY } from './stanza.js';

/** Options of `DelayedDelivery`. */
export class DelayedDeliveryOptions {
  /** How far ahead of our clock a stamp may be, in milliseconds, and still be believed. Default 300,000: five minutes. */
  tolerance = 300_000;
}

/** XEP-0203: Delayed Delivery, version 2.0. Tells when a stanza that was kept back was sent, as far as that can be believed. */
export class DelayedDelivery extends Plugin {
  static override readonly id = 'xep-0203';
  static override readonly Options = DelayedDeliveryOptions;
  static override readonly inject = [BaseXMPP, DelayedDeliveryOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #tolerance: number;

  /** @throws ConfigError for a tolerance that is no time. */
  constructor(xmpp: BaseXMPP, options: DelayedDeliveryOptions) {
    super();
    const { tolerance } = options;
    checkOption('tolerance', tolerance, typeof tolerance === 'number' && tolerance >= 0, 'milliseconds from 0');
    this.#xmpp = xmpp;
    this.#tolerance = tolerance;
    this.own(xmpp.messages.describe((message, context) => this.#describe(message, context)));
  }

  /**
   * The notation to go by, if there is one: written by our server, our own account or the room that the message came
   * through, or by nobody in particular, in that order; with a stamp that can be read and is not in the future. All
   * others may be anybody's invention (XEP-0203 §5); these are still no proof.
   */
  trustedDelay(stanza: Message | Presence): Delay | undefined {
    const latest = this.#xmpp.clock.now() + this.#tolerance;
    const believed = this.#believed(stanza);
    let best: Delay | undefined;
    let bestRank = believed.length + 1;
    // Each is read once: a stanza may hold thousands of them.
    for (const xml of stanza.xml.childrenNamed(Delay.tag, NS_DELAY)) {
      const delay = viewOf(Delay, xml);
      const rank = rankOf(delay, believed);
      if (rank === undefined || rank >= bestRank) continue;
      const { stamp } = delay;
      if (stamp === undefined || stamp.getTime() > latest) continue;
      best = delay;
      bestRank = rank;
    }
    return best;
  }

  /** When the stanza was sent: its trusted stamp, else now, because it has just come. */
  sentAt(stanza: Message | Presence): Date {
    return this.trustedDelay(stanza)?.stamp ?? this.#now();
  }

  /** What an archive gave was sent when that says: whoever unwrapped it knows, and its own notes are its sender's word. */
  #describe(message: Message, context: MessageContext): void {
    if (context.sentAt || context.source === 'archive') return;
    context.sentAt = context.way === 'out' && context.source === 'stream' ? this.#now() : this.sentAt(message);
  }

  #now(): Date {
    return new Date(this.#xmpp.clock.now());
  }

  #believed(stanza: Message | Presence): JID[] {
    const { account, serverDomain } = this.#xmpp;
    const believed = [JID.from(serverDomain), account];
    // Elsewhere the sender's own address is only the sender's word.
    if (stanza instanceof Message && stanza.type === 'groupchat' && stanza.from) believed.push(stanza.from.bare);
    return believed;
  }
}

/** The place of its author among those who are believed; behind them where nobody in particular wrote it. */
function rankOf(delay: Delay, believed: readonly JID[]): number | undefined {
  // The raw attribute: a `from` that cannot be read is not an absent one.
  if (delay.xml.attribute('from') === undefined) return believed.length;
  const { from } = delay;
  const rank = from ? believed.findIndex((source) => from.equals(source)) : -1;
  return rank < 0 ? undefined : rank;
}
