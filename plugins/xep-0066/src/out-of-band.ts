import { type AskOptions, type Audience, BaseXMPP, type JID, type Message, Plugin, StanzaError } from '@sestina/core';
import { audienceOption, checkOption } from '@sestina/core/connection';
import { follow, within } from '@sestina/core/util';
import { HttpStatusError, httpClientOf } from '@sestina/http';
import { Fallback, FallbackBody } from '@sestina/xep-0428';
import { schemeOf } from './attachments.js';
import { NS_OOB, NS_OOB_IQ, OobOffer, OutOfBandData } from './stanza.js';

/** Somebody offers a file, and waits until it was fetched. */
export interface OobOffered {
  readonly from: JID;
  /** As it was sent. Look at `scheme` before you do anything with it. */
  readonly url: string;
  /** The scheme of the address, such as `https`; undefined for what is no address. */
  readonly scheme: string | undefined;
  /** For people. */
  readonly desc: string | undefined;
  /**
   * Fetches the file, and tells the sender that it has come once all of it has. Without a function over https, `maxBytes` of it at most.
   * @throws what fetching throws; the sender is told `item-not-found` then.
   */
  accept(fetch?: (url: string, signal: AbortSignal) => Promise<Uint8Array>): Promise<Uint8Array>;
  /** Tells the sender that the file is not wanted. */
  reject(): void;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Somebody offers a file (XEP-0066 §2): call `accept()` or `reject()`. */
    oobOffer: OobOffered;
  }
}

/** Options of `OutOfBand`. */
export class OutOfBandOptions {
  /**
   * Whose offers are told of. All others get the answer of a program that knows no offers.
   * @default 'nobody'
   */
  answer: Audience = 'nobody';
  /**
   * Milliseconds until an offer that was neither accepted nor rejected, or whose file has not come, is refused.
   * @default 300_000
   */
  offerTimeout = 300_000;
  /**
   * Bytes of a file that `accept()` fetches.
   * @default 10_485_760
   */
  maxBytes = 10_485_760;
}

/** How an address goes with a message. */
export interface ShareOptions {
  /** For people. Not in the body, where it would make a link of a picture. */
  readonly desc?: string | undefined;
  /**
   * Whether it is the file that is sent, and not a link to it: the body is the address then, or ends with it.
   * @default true
   */
  readonly asAttachment?: boolean | undefined;
}

// Milliseconds that the other side has to fetch a file.
const PATIENCE = 600_000;
const MOST_OFFERS = 20;
// Of one account: the others are for others.
const MOST_OF_ONE = 5;

/**
 * XEP-0066: Out of Band Data, version 1.5. Sends addresses of files with messages, offers files, and tells of those that are offered. Nothing
 * is fetched that nobody asks for.
 */
export class OutOfBand extends Plugin {
  static override readonly id = 'xep-0066';
  static override readonly Options = OutOfBandOptions;
  static override readonly inject = [BaseXMPP, OutOfBandOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: OutOfBandOptions;
  /** How many offers of an account wait. */
  readonly #waiting = new Map<string, number>(); // bound: MOST_OFFERS

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: OutOfBandOptions) {
    super();
    const { answer, offerTimeout, maxBytes } = options;
    audienceOption('answer', answer);
    checkOption(
      'offerTimeout',
      offerTimeout,
      Number.isFinite(offerTimeout) && offerTimeout > 0,
      'a number of milliseconds',
    );
    checkOption('maxBytes', maxBytes, Number.isSafeInteger(maxBytes) && maxBytes > 0, 'a number of bytes');
    this.#xmpp = xmpp;
    this.#options = options;
    this.own(
      xmpp.advertise(NS_OOB),
      // A file without a word is something to look at all the same.
      xmpp.messages.classify(OutOfBandData, ({ body }) => (body === undefined ? 'content' : undefined)),
    );
    if (answer === 'nobody') return;
    this.own(
      xmpp.advertise(NS_OOB_IQ),
      xmpp.onIq('set', OobOffer, (offer, { from, to }) => this.#offered(offer, from, to), {
        limit: MOST_OFFERS,
        // Behind our own, which says why.
        timeout: offerTimeout + 1_000,
      }),
    );
  }

  /**
   * Puts an address into a message that is to be sent. Where the message has no text the address becomes its body, and it is shown as the
   * file; else the address is added to the text and marked as something that stands for the file (XEP-0428).
   */
  share(message: Message, url: string, { desc, asAttachment = true }: ShareOptions = {}): Message {
    message.oobs.add(new OutOfBandData({ url, desc }));
    if (!asAttachment) return message;
    const { body } = message;
    if (body === undefined) {
      message.body = url;
      return message;
    }
    const start = [...body].length;
    message.body = `${body}\n${url}`;
    const end = [...message.body].length;
    message.fallbacks.add(new Fallback({ for: NS_OOB, body: [new FallbackBody({ start, end })] }));
    return message;
  }

  /**
   * Offers a file, and waits until the other side has fetched it, ten minutes unless `timeout` says otherwise.
   * @throws what `request()` throws: a StanzaError `item-not-found` where it could not be fetched, `not-acceptable` where it is not wanted.
   */
  async offer(
    to: JID | string,
    { url, desc }: { url: string; desc?: string | undefined },
    options: AskOptions = {},
  ): Promise<void> {
    await this.untilRemoved(options.signal, (signal) =>
      this.#xmpp.iqSet(to, new OobOffer({ url, desc }), { timeout: PATIENCE, ...options, signal }),
    );
  }

  async #offered({ url, desc }: OobOffer, from: JID | undefined, to: JID | undefined): Promise<void> {
    if (!from || !(await this.#xmpp.admits(this.#options.answer, from, to)))
      throw new StanzaError('service-unavailable');
    const account = from.bare.full;
    const waiting = this.#waiting.get(account) ?? 0;
    if (waiting >= MOST_OF_ONE) throw new StanzaError('resource-constraint', { text: 'too many offers wait' });
    this.#waiting.set(account, waiting + 1);
    try {
      await this.#dealtWith(from, url, desc);
    } finally {
      const left = (this.#waiting.get(account) ?? 1) - 1;
      if (left > 0) this.#waiting.set(account, left);
      else this.#waiting.delete(account);
    }
  }

  async #dealtWith(from: JID, url: string, desc: string | undefined): Promise<void> {
    const wait = (over: AbortSignal): Promise<void> => this.#told(from, url, desc, over);
    const patience = { what: 'an offered file', timeout: this.#options.offerTimeout, signal: this.lifetime };
    await within(this.#xmpp.clock, wait, patience).catch((error: unknown) => {
      throw error instanceof StanzaError ? error : new StanzaError('not-acceptable');
    });
  }

  /** Settles when the offer has been dealt with: that is when it is answered. */
  #told(from: JID, url: string, desc: string | undefined, over: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const accept: OobOffered['accept'] = async (fetch = (address, signal) => this.#fetch(address, signal)) => {
        over.throwIfAborted();
        const controller = new AbortController();
        const release = follow(over, controller);
        try {
          const bytes = await fetch(url, controller.signal);
          resolve();
          return bytes;
        } catch (error) {
          reject(new StanzaError('item-not-found'));
          throw error;
        } finally {
          release();
        }
      };
      this.#xmpp.emit('oobOffer', {
        from,
        url,
        scheme: schemeOf(url),
        desc,
        accept,
        reject: () => reject(new StanzaError('not-acceptable')),
      });
    });
  }

  async #fetch(url: string, signal: AbortSignal): Promise<Uint8Array> {
    const response = await httpClientOf(this.#xmpp).request(url, { signal, maxBytes: this.#options.maxBytes });
    if (response.status === 200) return response.bytes();
    response.discard();
    throw new HttpStatusError(response.url.host, response.status);
  }
}
