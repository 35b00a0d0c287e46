import { BaseXMPP, JID, Plugin, Registration, type RequestOptions, StanzaError } from '@sestina/core';
import { Gate, SharedLookups } from '@sestina/core/util';
import { definePubSubNode, PubSub, PubSubError } from '@sestina/xep-0060';
import { type PepEvent, PersonalEventing } from '@sestina/xep-0163';
import { PrivateData } from '@sestina/xep-0223';
import { ContactCards } from './contact-cards.js';
import { NS_VCARD4 } from './property.js';
import { VCard4 } from './vcard4.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody has another card, or none any more (XEP-0292). Told as long as somebody has called `watch()`. */
    vcard4Changed: {
      /** Bare JID. */
      readonly jid: JID;
      /** Undefined where there is none any more. */
      readonly card: VCard4 | undefined;
      readonly own: boolean;
    };
  }
}

/** How our card is changed. */
export interface UpdateVCard4Options extends RequestOptions {
  /**
   * Who may read it: contacts, or everybody.
   * @default that of the card that is there, else 'presence'
   */
  readonly access?: 'open' | 'presence' | undefined;
}

/** The name of the node. */
const NODE = 'urn:xmpp:vcard4';
const CARDS = definePubSubNode({ node: NODE, payload: VCard4, itemId: 'current' });
const CONTACTS = 'urn:xmpp:contacts';
const AT_ONCE = 4;
const MAX_WAITING = 200;

/** XEP-0292: vCard4 Over XMPP, version 0.12.0. Cards in the newer format: ours, those of others, and those that we keep of others. */
export class VCard4s extends Plugin {
  static override readonly id = 'xep-0292';
  static override readonly inject = [BaseXMPP, PersonalEventing, PubSub, PrivateData] as const;
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #eventing: PersonalEventing;
  readonly #pubsub: PubSub;
  readonly #lookups: SharedLookups;
  readonly #gate = new Gate({ what: 'questions for vCards', total: AT_ONCE, maxWaiting: MAX_WAITING });
  readonly #changes = new Gate({ what: 'changes of our vCard', total: 1, maxWaiting: MAX_WAITING });
  #watchers = 0;
  #heard: Registration | undefined;
  /** What we keep of others, for the devices of our account alone. */
  readonly contacts: ContactCards;

  constructor(xmpp: BaseXMPP, eventing: PersonalEventing, pubsub: PubSub, stored: PrivateData) {
    super();
    this.#xmpp = xmpp;
    this.#eventing = eventing;
    this.#pubsub = pubsub;
    this.#lookups = new SharedLookups(xmpp.clock);
    const node = stored.node({ node: CONTACTS, payload: VCard4 });
    this.contacts = new ContactCards(node, (signal, work) => this.untilRemoved(signal, work));
    this.own(node, xmpp.advertise(NS_VCARD4));
  }

  /**
   * The card of somebody; undefined where there is none. Servers that keep it in the older way are asked in that way.
   * @param jid Whose; our own where nobody is given.
   * @throws BusyError where 200 questions wait; PubSubError for a refusal that says more than that there is none for us; what `request()` of the
   *   connection throws.
   */
  get(jid?: JID | string, options: RequestOptions = {}): Promise<VCard4 | undefined> {
    return this.untilRemoved(options.signal, (signal) => {
      const { account, timeout } = this.#xmpp;
      const bare = jid === undefined ? account : JID.from(jid).bare;
      const own = bare.equals(account);
      const start = (stop: AbortSignal): Promise<VCard4 | undefined> =>
        this.#gate.run(() => this.#ask(own ? undefined : bare, { ...options, signal: stop }), { signal: stop, own });
      const patience = { what: `the vCard of ${bare}`, signal, timeout: options.timeout ?? timeout };
      return this.#lookups.ask(bare.full, start, patience);
    });
  }

  /**
   * Reads our card, has it changed, and publishes it with all that is unknown in it. Changes come one after the other; those of another device
   * in between are lost.
   * @param change Gets a copy that may be written to, or an empty card where there is none.
   * @throws what `change` throws, and nothing is published; what `PersonalEventing.publish()` throws.
   */
  update(change: (card: VCard4) => unknown, options: UpdateVCard4Options = {}): Promise<VCard4> {
    const { access, ...request } = options;
    const work = async (signal: AbortSignal): Promise<VCard4> => {
      const ask = { ...request, signal };
      const before = await this.#published(undefined, ask);
      const card = before ? new VCard4(before.xml.copy()) : new VCard4();
      await change(card);
      const given = access ?? (before ? undefined : 'presence');
      await this.#eventing.publish(CARDS, new VCard4(card.xml.copy()), { ...ask, ...(given && { access: given }) });
      return card;
    };
    return this.untilRemoved(options.signal, (signal) => this.#changes.run(() => work(signal), { signal, own: true }));
  }

  /**
   * Has the event `vcard4Changed` tell of our card and those of contacts, those that were published before too: their servers send them all.
   * Listen before the first presence.
   */
  watch(): Registration {
    this.lifetime.throwIfAborted();
    this.#watchers += 1;
    this.#heard ??= this.#eventing.on(CARDS, (event) => this.#told(event));
    return this.own(
      new Registration(() => {
        this.#watchers -= 1;
        if (this.#watchers > 0) return;
        this.#heard?.dispose();
        this.#heard = undefined;
      }),
    );
  }

  async #told({ type, from, value, xml, own }: PepEvent<VCard4>): Promise<void> {
    let card = type === 'published' ? value : undefined;
    // Some servers tell that there is another one, and not what it is.
    if (type === 'published' && !xml) {
      try {
        card = await this.get(from, { signal: this.#xmpp.session });
      } catch (error) {
        this.#xmpp.logger.debug(`the vCard of ${from} is another one, and could not be had`, { error });
        return;
      }
    }
    if (this.#heard) this.#xmpp.emit('vcard4Changed', { jid: from, card, own });
  }

  async #published(jid: JID | undefined, options: RequestOptions): Promise<VCard4 | undefined> {
    try {
      let found: VCard4 | undefined;
      for await (const { value } of this.#pubsub
        .service(jid)
        .node(CARDS)
        .items({ ...options, last: 1 }))
        found = value;
      return found;
    } catch (error) {
      if (!(error instanceof PubSubError) || error.retryable) throw error;
      return undefined;
    }
  }

  async #ask(jid: JID | undefined, options: RequestOptions): Promise<VCard4 | undefined> {
    const published = await this.#published(jid, options);
    if (published) return published;
    try {
      const card = await this.#xmpp.iqGet(jid, new VCard4(), { ...options, answer: VCard4 });
      return card.xml.firstElement ? card : undefined;
    } catch (error) {
      if (!(error instanceof StanzaError) || error.retryable) throw error;
      return undefined;
    }
  }
}
