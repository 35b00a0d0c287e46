import { BaseXMPP, JID, type Message, Plugin, Registration, type Sending, type SendOptions } from '@sestina/core';
import { KnownFeatures } from '@sestina/xep-0115';
import { Delay, DelayedDelivery } from '@sestina/xep-0203';
import { forOthers, quotation } from './quote.js';
import { type ForwardedMessage, readForwarded } from './read.js';
import { Forwarded, NS_FORWARD } from './stanza.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody has forwarded a message to us (XEP-0297): a quotation, and no word of who is said to have written it. */
    forwardedMessage: { readonly message: Message; readonly forwarded: ForwardedMessage };
  }
}

/** Options of `forward()`. */
export interface ForwardOptions extends SendOptions {
  /**
   * What we have to say about it.
   * @default ''
   */
  readonly comment?: string | undefined;
  /**
   * The address that forwards; a component's has to be given.
   * @default ours
   */
  readonly from?: JID | string | undefined;
}

/** XEP-0297: Stanza Forwarding, version 1.0. Forwards messages, and tells of those that others forward to us. */
export class StanzaForwarding extends Plugin {
  static override readonly id = 'xep-0297';
  static override readonly inject = [BaseXMPP, DelayedDelivery] as const;
  readonly #xmpp: BaseXMPP;
  #capabilities: KnownFeatures | undefined;

  constructor(xmpp: BaseXMPP, _delayed: DelayedDelivery) {
    super();
    this.#xmpp = xmpp;
    this.own(
      xmpp.advertise(NS_FORWARD),
      xmpp.plugins.whenInstalled(KnownFeatures, (capabilities) => {
        this.#capabilities = capabilities;
        return new Registration(() => {
          this.#capabilities = undefined;
        });
      }),
      // One without a body has to be seen as well.
      xmpp.messages.classify(Forwarded, (message) => (readForwarded(message) ? 'content' : undefined)),
      xmpp.onMessage(
        (message) => {
          const forwarded = readForwarded(message);
          if (forwarded) xmpp.emit('forwardedMessage', { message, forwarded });
        },
        { payload: Forwarded },
      ),
    );
  }

  /** What a message forwards, as `readForwarded()`. */
  read(message: Message): ForwardedMessage | undefined {
    return readForwarded(message);
  }

  /**
   * Sends a message on to somebody else, without what is between us, our server and its sender: ids of our archive, hints, requests of
   * receipts, what a room says of its occupants. Who is known not to read forwards gets it as text.
   * @throws JidError for what is no address.
   */
  forward(to: JID | string, message: Message, options: ForwardOptions = {}): Sending {
    const { comment = '', from, ...sendOptions } = options;
    const jid = JID.from(to);
    const inner = forOthers(message);
    const context = message.stream ? message.context : undefined;
    inner.from ??= context?.way === 'out' ? this.#xmpp.boundJid : this.#xmpp.account;
    const type = jid.isBare && this.#xmpp.claimOf(jid)?.kind === 'room' ? 'groupchat' : 'chat';
    const outer = this.#xmpp.message({ to: jid, from, type, body: comment });
    if (this.#isKnownToLackIt(jid, from)) {
      outer.body = quotation(inner, comment, context?.sentAt);
    } else {
      const delay = context?.sentAt && new Delay({ stamp: context.sentAt });
      outer.forwarded = new Forwarded({ delay, stanza: inner });
    }
    return outer.send(sendOptions);
  }

  #isKnownToLackIt(to: JID, from: JID | string | undefined): boolean {
    const resources = this.#xmpp.roster.of(from).get(to.bare)?.resources ?? new Map();
    const full = to.isFull ? [to] : [...resources.keys()].map((resource) => to.withResource(resource));
    return full.some((jid) => this.#capabilities?.supportsNow(jid, NS_FORWARD) === false);
  }
}
