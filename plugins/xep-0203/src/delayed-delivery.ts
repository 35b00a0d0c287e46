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
   * The notation to go by, if there is one: written by our server, our own account, the room that the message came through, of a
   * presence the server of its sender; else by nobody in particular. Its stamp can be read and is not in the future; of several the
   * earliest counts, since each on the way notes when it had the stanza. All others may be anybody's invention (XEP-0203 §5); these
   * are still no proof.
   */
  trustedDelay(stanza: Message | Presence): Delay | undefined {
    return this.#earliest(stanza, this.#believed(stanza)) ?? this.#earliest(stanza, undefined);
  }

  /**
   * When its sender says that it was sent: its own word, or that of its server, as gateways note it for their users. To order by, where
   * nothing better is known; never to catch up by.
   */
  claimedAt(stanza: Message | Presence): Date | undefined {
    const { from } = stanza;
    return from && this.#earliest(stanza, [from, from.bare, JID.from(from.domain)])?.stamp;
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
    const { from } = stanza;
    if (!from) return believed;
    // Elsewhere the sender's own address is only the sender's word.
    if (!(stanza instanceof Message)) believed.push(JID.from(from.domain));
    else if (stanza.type === 'groupchat') believed.push(from.bare);
    return believed;
  }

  /** Of the notations by one of these, or of those by nobody in particular, the earliest that can be. */
  #earliest({ xml: stanza }: Message | Presence, authors: readonly JID[] | undefined): Delay | undefined {
    const latest = this.#xmpp.clock.now() + this.#tolerance;
    let best: Delay | undefined;
    let earliest = latest;
    // Each is read once: a stanza may hold thousands of them.
    for (const xml of stanza.childrenNamed(Delay.tag, NS_DELAY)) {
      const delay = viewOf(Delay, xml);
      if (!isBy(delay, authors)) continue;
      const stamp = delay.stamp?.getTime();
      if (stamp === undefined || stamp > earliest || (best && stamp === earliest)) continue;
      best = delay;
      earliest = stamp;
    }
    return best;
  }
}

/** Whether one of these wrote it; without them, nobody in particular. */
function isBy(delay: Delay, authors: readonly JID[] | undefined): boolean {
  // The raw attribute: a `from` that cannot be read is not an absent one.
  if (delay.xml.attribute('from') === undefined) return authors === undefined;
  const { from } = delay;
  return from !== undefined && authors?.some((author) => from.equals(author)) === true;
}
