import type { XmlElement } from '@sestina/xml';
import type { JID } from '../jid/index.js';
import { type ElementClass, type ElementView, isA, viewOf } from '../stanza/element.js';
import { Iq } from '../stanza/iq.js';
import type { Stanza } from '../stanza/stanza.js';
import type { StreamServices } from '../stream/xml-stream.js';
import { type Collected, type CollectOptions, collect } from './iq/collecting.js';
import { type ExchangeOptions, Exchanges } from './iq/exchanges.js';
import { type AnswerOf, type AskOptions, OutgoingIqs, payloadOf } from './iq/outgoing.js';
import type { RequestOptions } from './iq/pending-requests.js';
import { PresenceXMPP } from './presence-xmpp.js';
import type { IqInit } from './stanza-init.js';
import type { XMPPOptions } from './xmpp-options.js';

/** What a connection asks others, and what comes of it. */
export abstract class AskingXMPP extends PresenceXMPP {
  readonly #outgoing: OutgoingIqs;
  readonly #exchanges: Exchanges;

  constructor(jid: JID | string, options: XMPPOptions, services: StreamServices) {
    super(jid, options, services);
    const { maxPending = 1_000 } = options;
    this.#outgoing = new OutgoingIqs(this, maxPending, () => this.awaitsAnswersChanged());
    this.#exchanges = new Exchanges(this, maxPending);
  }

  /** An iq of this connection, with its payload. For a question, `iqGet` and `iqSet` are shorter. */
  iq(init: IqInit, payload?: ElementView): Iq {
    const iq = new Iq(init as never).bind(this);
    if (payload) iq.xml.append(payload.xml);
    return iq;
  }

  /**
   * Sends a request and resolves with its result.
   * @throws DisconnectedError: there is no connection, and none is being made. StanzaError: the error that came back.
   *   TimeoutError: none came within `timeout` milliseconds. SessionLostError:
   *   none will come. SendError: it did not go out. The signal's reason where that aborts.
   */
  request(iq: Iq, { timeout = this.timeout, signal }: RequestOptions = {}): Promise<Iq> {
    return this.#outgoing.request(iq, timeout, signal);
  }

  /** Asks with an iq of type `get`. Without `to` the server is asked. With the option `answer`, resolves with that payload. */
  iqGet<C extends ElementClass | undefined = undefined>(
    to: JID | string | undefined,
    payload: ElementView,
    options?: AskOptions<C>,
  ): Promise<AnswerOf<C>> {
    return this.#ask('get', to, payload, options);
  }

  /** Asks with an iq of type `set`. Without `to` the server is asked. With the option `answer`, resolves with that payload. */
  iqSet<C extends ElementClass | undefined = undefined>(
    to: JID | string | undefined,
    payload: ElementView,
    options?: AskOptions<C>,
  ): Promise<AnswerOf<C>> {
    return this.#ask('set', to, payload, options);
  }

  async #ask<C extends ElementClass | undefined>(
    type: 'get' | 'set',
    to: JID | string | undefined,
    payload: ElementView,
    { answer, from, ...options }: AskOptions<C> = {},
  ): Promise<AnswerOf<C>> {
    const result = await this.request(this.iq({ type, to, from }, payload), options);
    return (answer ? payloadOf(result, answer) : result) as AnswerOf<C>;
  }

  /**
   * Sends a stanza whose answer is no result of an iq, as a presence to a room, and resolves with that answer. It counts by who sends
   * it, its kind and its id, or what `accept` says in place of the id. An error counts by its id, from an address that was asked or named.
   * @throws as `request()`; what `accept` throws.
   */
  exchange<C extends ElementClass>(stanza: Stanza, options: ExchangeOptions<C>): Promise<C['prototype']> {
    return this.#exchanges.open(stanza, options);
  }

  /**
   * Sends a request that is answered with messages and, after them, its result, as archives answer; resolves with all of it.
   * @throws as `request()`; TooManyAnswersError for more than `max` messages, or `maxBytes`.
   */
  collect<V extends ElementView>(iq: Iq, payload: ElementClass<V>, options: CollectOptions<V>): Promise<Collected> {
    return collect(this, iq, payload, options);
  }

  /** Requests and other questions that wait for an answer. */
  get pendingRequests(): number {
    return this.#outgoing.size + this.#exchanges.size;
  }

  /** Answers to our requests that came from somebody who was not asked, and were ignored. */
  get spoofedReplies(): number {
    return this.#outgoing.spoofed;
  }

  protected override awaits(element: XmlElement): boolean {
    return isA(Iq, element) ? this.#outgoing.awaits(viewOf(Iq, element)) : this.receiver.awaits(element);
  }

  protected override get awaitsAnswers(): boolean {
    return this.#outgoing.size > 0 || super.awaitsAnswers;
  }

  /** An answer has come: whoever asked gets it, in its turn. */
  protected answered(iq: Iq, bytes: number): void {
    const found = this.#outgoing.find(iq);
    if (found) this.enqueue(() => found.answer(), { settles: true, size: bytes });
  }

  /** No more answers will come: whoever waits is told so, in its turn. */
  protected answersLost(reason: Error): void {
    for (const fail of [this.#outgoing.lost(reason), this.#exchanges.lost(reason)]) {
      if (fail) this.enqueue(fail, { settles: true });
    }
  }
}
