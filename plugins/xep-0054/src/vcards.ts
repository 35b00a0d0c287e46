import {
  type AddressNode,
  type AskOptions,
  type Audience,
  BaseXMPP,
  ConfigError,
  JID,
  Plugin,
  type Registration,
  type RequestOptions,
  StanzaError,
} from '@sestina/core';
import { audienceOption, checkOption } from '@sestina/core/connection';
import { Gate, SharedLookups } from '@sestina/core/util';
import { VCardChangedError } from './errors.js';
import { KnownCards } from './known-cards.js';
import { withoutLargePhoto } from './large-photo.js';
import { meaningOf } from './same.js';
import { ServedCards, type VCardProvider } from './served-cards.js';
import { VCard } from './stanza.js';

/** Options of `VCards`. */
export class VCardsOptions {
  /**
   * Who gets an answer of a component that serves cards.
   * @default 'everybody'
   */
  answer: Audience = 'everybody';
  /**
   * Bytes of a picture at most; a larger one is taken out of the card, of those that come and of those that are served.
   * @default 262_144
   */
  maxPhotoBytes = 262_144;
  /**
   * Cards that are kept, without their pictures.
   * @default 500
   */
  maxKept = 500;
  /**
   * Bytes of the cards that are kept.
   * @default 2_097_152
   */
  maxKeptBytes = 2_097_152;
  /**
   * Milliseconds after which a card that is kept is asked for again.
   * @default 3_600_000
   */
  maxAge = 3_600_000;
}

/** How a card is asked for. */
export interface VCardOptions extends AskOptions {
  /**
   * Whether a card may be one that was asked for before.
   * @default true
   */
  readonly cached?: boolean | undefined;
  /**
   * Whether its pictures are wanted. A card without is given without asking where it is known.
   * @default true
   */
  readonly photo?: boolean | undefined;
}

// Questions at once, and those that wait: a room full of people must not delay everything else for minutes.
const AT_ONCE = 4;
const MAX_WAITING = 200;

/** XEP-0054: vcard-temp, version 1.3.0. Asks for the cards of others, changes our own, and serves those of a component. */
export class VCards extends Plugin {
  static override readonly id = 'xep-0054';
  static override readonly Options = VCardsOptions;
  static override readonly inject = [BaseXMPP, VCardsOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #maxPhotoBytes: number;
  readonly #known: KnownCards;
  readonly #lookups: SharedLookups;
  readonly #served: ServedCards;
  readonly #gate = new Gate({ what: 'questions for vCards', total: AT_ONCE, maxWaiting: MAX_WAITING });
  readonly #changes = new Gate({ what: 'changes of our vCard', total: 1, maxWaiting: MAX_WAITING });

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, { answer, ...bounds }: VCardsOptions) {
    super();
    audienceOption('answer', answer);
    for (const [name, value] of Object.entries(bounds)) {
      checkOption(name, value, typeof value === 'number' && value >= 1, 'a number from 1');
    }
    this.#xmpp = xmpp;
    this.#maxPhotoBytes = bounds.maxPhotoBytes;
    this.#served = new ServedCards(xmpp, answer, bounds.maxPhotoBytes);
    this.#lookups = new SharedLookups(xmpp.clock);
    this.#known = new KnownCards({
      ...bounds,
      now: () => xmpp.clock.monotonic(),
      isStranger: (jid) => !xmpp.isComponent && xmpp.roster.of().get(jid) === undefined,
    });
  }

  override sessionEnd(): void {
    this.#known.clear();
  }

  /**
   * The card of somebody; undefined where there is none. Accounts are asked at their bare address, occupants of a room at the one that they
   * have there. Several who ask for the same share one question, and four are asked at once.
   * @param jid Whose; our own where nobody is given.
   * @throws StanzaError for a refusal that says more than that there is none; BusyError where 200 questions wait; what `request()` of the
   *   connection throws, also for five minutes after somebody did not answer in time.
   */
  async get(jid?: JID | string, options: VCardOptions = {}): Promise<VCard | undefined> {
    const { cached = true, photo = true, signal, timeout = this.#xmpp.timeout, from } = options;
    return this.untilRemoved(signal, async (stop) => {
      const asked = jid === undefined ? undefined : this.#addressOf(JID.from(jid));
      if (!asked || (!this.#xmpp.isComponent && asked.equals(this.#xmpp.account))) {
        if (this.#xmpp.isComponent) throw new ConfigError('say whose card: a component has none of its own', 'jid');
        return this.#ownCard({ signal: stop, timeout });
      }
      const key = this.#keyOf(asked, from);
      const known = cached ? this.#known.get(key, photo) : undefined;
      if (known !== undefined) return known ?? undefined;
      const patience = { what: `the vCard of ${asked}`, signal: stop, timeout };
      return this.#lookups.ask(key, (given) => this.#learn(key, asked, { from, signal: given, timeout }), patience);
    });
  }

  /**
   * Reads our own card, has it changed, and stores it with all that is unknown in it. Changes come one after the other; what another
   * device has changed meanwhile is not overwritten.
   * @param change Gets a copy that may be written to, or an empty card where there is none; it may take its time.
   * @param options `force`: writes also where another device has changed the card meanwhile.
   * @returns what was stored.
   * @throws VCardChangedError, and nothing was written; what `change` throws; StanzaError; what `request()` of the connection throws.
   */
  update(
    change: (card: VCard) => unknown,
    { force = false, ...options }: RequestOptions & { readonly force?: boolean | undefined } = {},
  ): Promise<VCard> {
    return this.#alone(options, async (ask) => {
      const before = await this.#ownCard(ask);
      const card = before ? new VCard(before.xml.copy()) : new VCard();
      await change(card);
      if (!force && textOf(await this.#ownCard(ask)) !== textOf(before)) throw new VCardChangedError();
      await this.#xmpp.iqSet(undefined, new VCard(card.xml.copy()), ask);
      return card;
    });
  }

  /** Stores our own card in place of all that stands there. @throws StanzaError; what `request()` of the connection throws. */
  replace(card: VCard, options: RequestOptions = {}): Promise<void> {
    const copy = new VCard(card.xml.copy());
    return this.#alone(options, async (ask) => void (await this.#xmpp.iqSet(undefined, copy, ask)));
  }

  /** Has an address be asked for anew, as when its owner says that the card is another one. */
  forget(jid: JID | string): void {
    this.#known.forget(this.#keyOf(this.#addressOf(JID.from(jid)), undefined));
  }

  /**
   * Has a component answer for an address, or for all of them: the closest place is asked first. Nothing is answered or announced before.
   * @throws ConfigError on a client: the card of an account is its server's business. JidError where the address of the place is none.
   */
  serve(provider: VCardProvider, place: Pick<AddressNode, 'jid'> = {}): Registration {
    this.lifetime.throwIfAborted();
    if (!this.#xmpp.isComponent) {
      throw new ConfigError('the card of an account is served by its server: store it with update()', 'place');
    }
    return this.own(this.#served.serve(provider, place));
  }

  #alone<T>(options: RequestOptions, work: (ask: RequestOptions) => Promise<T>): Promise<T> {
    if (this.#xmpp.isComponent)
      throw new ConfigError('a component has no card that a server keeps: serve() has it', 'jid');
    return this.untilRemoved(options.signal, (signal) =>
      this.#changes.run(() => work({ ...options, signal }), { signal, own: true }),
    );
  }

  #keyOf(asked: JID, from: JID | string | undefined): string {
    return `${asked.full}\n${from === undefined ? this.#xmpp.account.full : JID.from(from).bare.full}`;
  }

  /** Occupants of rooms have cards of their own, which the room asks for; the resources of an account have none. */
  #addressOf(jid: JID): JID {
    return this.#xmpp.claimOf(jid)?.kind === 'room' ? jid : jid.bare;
  }

  async #learn(key: string, asked: JID, options: AskOptions): Promise<VCard | undefined> {
    try {
      const card = await this.#gate.run(() => this.#ask(asked, options), { signal: options.signal });
      this.#known.keep(key, card);
      return card;
    } catch (error) {
      this.#known.failed(key, error);
      throw error;
    }
  }

  #ownCard(options: RequestOptions): Promise<VCard | undefined> {
    return this.#ask(undefined, options);
  }

  /** Undefined where there is none: the three ways in which servers say so are one (XEP-0054 §3.3). */
  async #ask(to: JID | undefined, options: AskOptions): Promise<VCard | undefined> {
    try {
      const card = await this.#xmpp.iqGet(to, new VCard(), { ...options, answer: VCard });
      if (!card.xml.firstElement) return undefined;
      return to ? withoutLargePhoto(card, this.#maxPhotoBytes) : card;
    } catch (error) {
      if (!(error instanceof StanzaError)) throw error;
      if (error.condition !== 'item-not-found' && error.condition !== 'service-unavailable') throw error;
      return undefined;
    }
  }
}

const textOf = (card: VCard | undefined): string => (card ? meaningOf(card.xml) : '');
