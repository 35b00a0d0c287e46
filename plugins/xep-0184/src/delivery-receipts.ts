import {
  type Audience,
  BaseXMPP,
  ConfigError,
  type Emitter,
  ErrorElement,
  JID,
  type Message,
  type MessageContext,
  type MessageSources,
  Plugin,
  Registration,
  type RequestOptions,
  type Sending,
  type XmlElement,
} from '@sestina/core';
import { audienceOption, booleanOption } from '@sestina/core/connection';
import { LruMap, within } from '@sestina/core/util';
import { type MessageFacts, MessageIndex } from '@sestina/message-index';
import { KnownFeatures } from '@sestina/xep-0115';
import { Awaited } from './awaited.js';
import { asksForReceipt, mayBeAcknowledged, ownAddress, receiptFor } from './rules.js';
import { NS_RECEIPTS, Receipt, ReceiptRequest } from './stanza.js';

/** A message of ours has arrived. */
export interface ReceiptReceived {
  /** The other side of the conversation: a bare address, or that of an occupant for a private message in a room. */
  readonly peer: JID;
  /** Who says so, most often with the resource. */
  readonly from: JID;
  /** The `id` of the message. */
  readonly id: string;
  /** Whether it asked for a receipt here and was for that peer: what another device has sent, or somebody has made up, did not. */
  readonly known: boolean;
  /** What is known of the message, where a message index is installed and has it: also of one that another device has sent. */
  readonly facts: MessageFacts | undefined;
  /** The way on which the receipt came. */
  readonly source: keyof MessageSources;
}

declare module '@sestina/core' {
  interface XMPPEvents {
    /** A message has arrived somewhere (XEP-0184). There may be several for one message, of several devices. */
    receiptReceived: ReceiptReceived;
  }
}

const REQUESTS = ['always', 'supported', 'never'] as const;

/** Options of `DeliveryReceipts`. */
export class DeliveryReceiptsOptions {
  /**
   * Which messages ask for a receipt by themselves: `always` is all with a text but for those of rooms, and for those to a resource that
   * is known not to have the feature; `supported` is those to who is known to have it.
   * @default 'always'
   */
  request: (typeof REQUESTS)[number] = 'always';
  /**
   * Who gets receipts. They show that this program runs, and that it was the one to get the message (XEP-0184 §8).
   * @default 'contacts'
   */
  answer: Audience = 'contacts';
  /**
   * Whether receipts are only sent by `acknowledge()`.
   * @default false
   */
  manual = false;
  /**
   * Whether messages that an archive gives are acknowledged: where they are fetched from there instead of delivered, and come for the
   * first time (XEP-0184 §5.5).
   * @default false
   */
  answerCaughtUp = false;
}

/** XEP-0184: Message Delivery Receipts, version 1.4.0. Asks whether messages have arrived, and tells others. */
export class DeliveryReceipts extends Plugin {
  static override readonly id = 'xep-0184';
  static override readonly Options = DeliveryReceiptsOptions;
  static override readonly inject = [BaseXMPP, DeliveryReceiptsOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: DeliveryReceiptsOptions;
  #caps: KnownFeatures | undefined;
  #index: MessageIndex | undefined;
  readonly #awaited = new Awaited();
  // A message may come twice: over a resumed stream, from an archive.
  readonly #acknowledged = new LruMap<string, true>({
    maxEntries: 1_000,
    maxBytes: 250_000,
    sizeOf: (_true, key) => 2 * key.length,
  });
  readonly #turns: Emitter<{ due: Message }>;

  /** @throws ConfigError for an option that cannot work. */
  constructor(xmpp: BaseXMPP, options: DeliveryReceiptsOptions) {
    super();
    const { request, answer, manual, answerCaughtUp } = options;
    if (!REQUESTS.includes(request)) {
      throw new ConfigError(`request is one of ${REQUESTS.join(', ')}, got ${request}`, 'request');
    }
    audienceOption('answer', answer);
    booleanOption('manual', manual);
    booleanOption('answerCaughtUp', answerCaughtUp);
    this.#xmpp = xmpp;
    this.#options = options;
    this.#turns = this.own(xmpp.createEvents<{ due: Message }>('receipts'));
    this.own(
      this.#turns.on('due', (message) => void this.acknowledge(message)),
      xmpp.plugins.whenInstalled(KnownFeatures, (caps) => this.#learnFrom(caps)),
      xmpp.plugins.whenInstalled(MessageIndex, (index) => this.#lookInto(index)),
      xmpp.messages.classify(Receipt, ({ body }) => (body === undefined ? 'signal' : undefined)),
      xmpp.messages.decorate((copy, context) => this.#ask(copy, context)),
      xmpp.onMessage((message) => this.#arrived(message), {
        payload: Receipt,
        sources: ['stream', 'carbon', 'archive'],
      }),
      xmpp.on('messageError', (message) => this.#bounced(message)),
    );
    if (answer === 'nobody') return;
    this.own(xmpp.advertise(NS_RECEIPTS));
    if (manual) return;
    const sources = ['stream', ...(answerCaughtUp ? (['archive'] as const) : [])] as const;
    this.own(xmpp.onMessage((message) => this.#consider(message), { payload: ReceiptRequest, sources }));
  }

  /**
   * Tells the sender of a message that it has arrived; for `manual: true`.
   * @returns what becomes of the receipt; undefined where none is due: the message did not ask, is in a room, is a receipt or an error, is
   *   of our own account, or was acknowledged before.
   */
  acknowledge(message: Message): Sending | undefined {
    this.lifetime.throwIfAborted();
    const { from, id } = message;
    if (!mayBeAcknowledged(this.#xmpp, message) || !from || !id) return undefined;
    const key = this.#key(message.to, from, id);
    if (this.#acknowledged.has(key)) return undefined;
    this.#acknowledged.set(key, true);
    return receiptFor(this.#xmpp, message, id).send();
  }

  /**
   * The first resource that says that it has got a message, which has been given to `send()`. That none says so means nothing.
   * @throws TypeError for a message that has not been sent. TimeoutError, after the connection's `timeout` unless another one is given. The
   *   StanzaError with which the message came back; the SendError with which it failed, where that is what is waited for.
   */
  delivered(sent: Message | Sending, { signal, timeout = this.#xmpp.timeout }: RequestOptions = {}): Promise<JID> {
    const xml = 'element' in sent ? sent.element : sent.xml;
    return this.untilRemoved(signal, (joined) => {
      const key = this.#keyOf(xml);
      const wait = (over: AbortSignal): Promise<JID> => {
        const { promise, resolve, reject } = settled<JID>();
        const waiting = this.#awaited.wait(key, { arrived: resolve, failed: reject });
        over.addEventListener('abort', () => reject(over.reason));
        if ('element' in sent) sent.then(undefined, reject);
        return promise.finally(() => waiting.dispose());
      };
      return within(this.#xmpp.clock, wait, { what: 'receipt', how: 'no answer', timeout, signal: joined });
    });
  }

  #learnFrom(caps: KnownFeatures): Registration {
    this.#caps = caps;
    return new Registration(() => {
      this.#caps = undefined;
    });
  }

  #lookInto(index: MessageIndex): Registration {
    this.#index = index;
    return new Registration(() => {
      this.#index = undefined;
    });
  }

  /** Lets a message ask, where that is wanted, and notes it where it does. */
  #ask(copy: Message, context: MessageContext): void {
    const { id, to } = copy;
    // Or two programs would acknowledge receipts for ever (XEP-0184 §5.4).
    if (copy.xml.child(Receipt.tag, NS_RECEIPTS)) copy.receiptRequest = false;
    else if (!copy.receiptRequest)
      copy.receiptRequest = asksForReceipt(this.#xmpp, this.#options.request, copy, context, this.#caps);
    if (copy.receiptRequest && id && to) this.#awaited.add(this.#key(copy.from, context.peer, id));
  }

  async #arrived(message: Message): Promise<void> {
    const { from, to, receipt: id, context } = message;
    if (!from || !id || context.way !== 'in' || context.history) return;
    const { peer, source } = context;
    const known = this.#awaited.arrived(this.#key(to, peer, id), from);
    const facts = await this.#factsOf(message, id);
    if (!this.lifetime.aborted) this.#xmpp.emit('receiptReceived', { peer, from, id, known, facts, source });
  }

  /** Of the message that a receipt is for, which has to be one of ours. */
  async #factsOf({ to, context: { peer, kind } }: Message, id: string): Promise<MessageFacts | undefined> {
    const account = ownAddress(this.#xmpp, to);
    // In a room we are somebody else.
    const author = kind === 'chat' ? { jid: account } : undefined;
    try {
      const facts = await this.#index?.find(peer, id, { author, account });
      return facts?.way === 'out' ? facts : undefined;
    } catch (error) {
      this.#xmpp.reportError(error, 'looking for the message of a receipt');
      return undefined;
    }
  }

  #bounced(message: Message): void {
    const { to, id, context } = message;
    if (id) this.#awaited.failed(this.#key(to, context.peer, id), ErrorElement.of(message));
  }

  async #consider(message: Message): Promise<void> {
    const { context, from, to } = message;
    if (context.class !== 'content' || !mayBeAcknowledged(this.#xmpp, message)) return;
    const { answer } = this.#options;
    // Who is in a room that was entered sees that we are there; a mark in a message alone is anybody's word.
    const entered = from !== undefined && this.#xmpp.claimOf(from, to)?.kind === 'room';
    const visible = entered && context.kind === 'private' && answer === 'contacts';
    if (!visible && !(await this.#xmpp.admits(answer, from, to))) return;
    // Behind the calls for the message itself: what the program ends with has not arrived.
    this.#turns.emit('due', message);
  }

  /** @throws TypeError for what has no id, or is for nobody. */
  #keyOf(xml: XmlElement): string {
    const [id, to, from] = ['id', 'to', 'from'].map((name) => xml.attribute(name));
    if (!id || !to) throw new TypeError('a receipt comes for a message with "to" that was given to send() before');
    const peer = JID.from(to);
    const kind = this.#xmpp.claimOf(peer)?.kind;
    return this.#key(from ? JID.from(from) : undefined, kind === 'room' ? peer : peer.bare, id);
  }

  /** Of a conversation and an id. Neither an address has a line feed in it, and the id comes last. */
  #key(own: JID | undefined, peer: JID, id: string): string {
    const { isComponent, requestedJid } = this.#xmpp;
    const party = isComponent ? `${(own ?? requestedJid).bare}` : '';
    return `${party}\n${peer}\n${id}`;
  }
}

function settled<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
