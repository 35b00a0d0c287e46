import { LazySet, type XmlElement } from '@sestina/xml';
import { BusyError, DisconnectedError } from '../../errors.js';
import { JID } from '../../jid/index.js';
import type { Registration } from '../../registration.js';
import type { Random } from '../../services/random.js';
import { type ElementClass, type ElementView, isA, viewOf } from '../../stanza/element.js';
import type { Stanza } from '../../stanza/stanza.js';
import { ErrorElement } from '../../stanza/stanza-error.js';
import { addressOf } from '../../stream/handler-index.js';
import type { Handler } from '../../stream/handlers.js';
import type { Matcher, MatcherKeys } from '../../stream/matchers.js';
import { deadline } from '../../util/within.js';
import { isAt } from '../listeners.js';
import type { OutgoingIqHost } from './outgoing.js';
import { type RequestOptions, SessionLostError } from './pending-requests.js';

/** Options of `exchange()`. */
export interface ExchangeOptions<C extends ElementClass> extends RequestOptions {
  /** The kind of stanza that answers, or several. */
  readonly answer: C | readonly C[];
  /**
   * Whether that one is the answer.
   * @default one with the id of the question
   */
  readonly accept?: ((answer: C['prototype']) => boolean) | undefined;
  /**
   * Who may answer, or say that it cannot be done. Answers may come from each resource of a bare address, errors from the address alone.
   * @default whom the question is for
   */
  readonly from?: readonly (JID | string)[] | undefined;
  /**
   * Whether the answer may come in a later session than the question.
   * @default false
   */
  readonly acrossSessions?: boolean | undefined;
}

/** What an exchange takes from the connection. */
export interface ExchangeHost extends OutgoingIqHost {
  readonly random: Random;
  readonly timeout: number;
  /** What waits for an answer, exchanges included. */
  readonly pendingRequests: number;
  registerHandler(handler: Handler): Registration;
  vouches(from: JID | undefined): 'account' | 'server' | undefined;
}

/** Questions that are no iq, or whose answer is none: a presence to a room, and what that says to it. */
export class Exchanges {
  readonly #host: ExchangeHost;
  readonly #limit: number;
  readonly #open = new LazySet<Exchange>();

  constructor(host: ExchangeHost, limit: number) {
    this.#host = host;
    this.#limit = limit;
  }

  get size(): number {
    return this.#open.size;
  }

  open<C extends ElementClass>(stanza: Stanza, options: ExchangeOptions<C>): Promise<C['prototype']> {
    const host = this.#host;
    const { timeout = host.timeout, signal } = options;
    return new Promise((resolve, reject) => {
      if (host.state === 'disconnected')
        throw new DisconnectedError('there is no connection to ask on: call connect() first');
      if (host.pendingRequests >= this.#limit) throw new BusyError('open requests', this.#limit);
      signal?.throwIfAborted();
      stanza.id ??= host.random.id();
      const settle = (act: () => void): void => {
        if (!this.#open.delete(exchange)) return;
        end();
        registration.dispose();
        over.abort();
        act();
      };
      const exchange = new Exchange(stanza, options as unknown as ExchangeOptions<ElementClass>, host, {
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (reason) => settle(() => reject(reason)),
      });
      this.#open.add(exchange);
      // What is still in the queue when nobody waits for the answer any more is not sent.
      const over = new AbortController();
      const registration = host.registerHandler(exchange);
      const what = { what: exchange.name, timeout, signal, how: 'no answer' as const };
      const end = deadline(host.clock, what, (reason) => exchange.fail(reason));
      const sending = host.send(stanza, { signal: over.signal, ttl: timeout });
      const unsent = (): void => {
        if (sending.state !== 'failed' && sending.state !== 'unknown') return;
        exchange.fail(sending.error ?? new SessionLostError('the question was not sent'));
      };
      sending.onState(unsent);
      unsent();
    });
  }

  /** What is to be done in its turn, since no more answers will come; undefined where nothing waits. */
  lost(reason: Error): (() => void) | undefined {
    const open = [...this.#open].filter(({ acrossSessions }) => !acrossSessions);
    if (open.length === 0) return undefined;
    const text = `the session was lost before the answer came: ${reason.message}`;
    const lost = new SessionLostError(text, { cause: reason });
    return () => {
      for (const exchange of open) exchange.fail(lost);
    };
  }
}

interface Settle {
  resolve(answer: ElementView): void;
  reject(reason: unknown): void;
}

/** The handler that waits for one answer. */
class Exchange implements Handler, Matcher {
  readonly once = true;
  readonly settles = true;
  readonly name: string;
  readonly keys: MatcherKeys = {};
  readonly alternatives: readonly MatcherKeys[];
  readonly acrossSessions: boolean;
  readonly #host: ExchangeHost;
  readonly #id: string | undefined;
  /** The name of the question. */
  readonly #kind: string;
  readonly #classes: readonly ElementClass[];
  readonly #accept: ((answer: never) => boolean) | undefined;
  readonly #to: JID | undefined;
  readonly #senders: readonly JID[];
  /** Of a component, the address that asks. */
  readonly #own: JID | undefined;
  readonly #settle: Settle;

  constructor(
    stanza: Stanza,
    { answer, accept, from, acrossSessions = false }: ExchangeOptions<ElementClass>,
    host: ExchangeHost,
    settle: Settle,
  ) {
    const { id, to } = stanza;
    this.#host = host;
    this.#id = id;
    this.#kind = stanza.xml.name;
    this.#classes = Array.isArray(answer) ? answer : [answer as ElementClass];
    this.#accept = accept;
    this.#to = to;
    this.#senders = from ? from.map((sender) => JID.from(sender)) : to ? [to] : [];
    this.#own = host.isComponent ? (stanza.from ?? host.requestedJid) : undefined;
    this.#settle = settle;
    this.acrossSessions = acrossSessions;
    this.name = `answer of ${to ?? 'the server'} to ${this.#kind} ${id}`;
    const roots = [this.#kind, ...this.#classes.map(({ tag }) => tag)].map((root) => ({ root }));
    // What comes without a sender is filed under no sender.
    this.alternatives = [
      ...this.#senders.map((sender) => ({ from: sender })),
      ...(this.#senders.length === 0 || this.#mayAnswer(undefined) ? roots : []),
    ];
  }

  get matcher(): Matcher {
    return this;
  }

  matches(stanza: XmlElement): boolean {
    if (this.#own && !isAt(this.#own, addressOf(stanza, 'to'))) return false;
    return this.#mayAnswer(addressOf(stanza, 'from'));
  }

  #mayAnswer(from: JID | undefined): boolean {
    const { boundJid } = this.#host;
    if (this.#senders.length === 0) return this.#host.vouches(from) !== undefined || from?.full === boundJid?.full;
    // Our server leaves out the sender of what it says for our account.
    const sender = from ?? (this.#host.isComponent ? undefined : boundJid?.bare);
    return this.#senders.some((wanted) => isAt(wanted, sender));
  }

  accepts({ xml }: ElementView): boolean {
    const isOurs = xml.attribute('id') === this.#id;
    if (xml.attribute('type') === 'error') return isOurs && xml.name === this.#kind && this.#mayRefuse(xml);
    const cls = this.#classes.find((each) => isA(each, xml));
    if (!cls) return false;
    if (!this.#accept) return isOurs;
    try {
      return this.#accept(viewOf(cls, xml) as never);
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** Errors come from where the question went (RFC 6120 §8.3.1): the occupants of a room do not speak for the room. */
  #mayRefuse(xml: XmlElement): boolean {
    const from = addressOf(xml, 'from');
    return !from || this.#senders.length === 0 || [this.#to, ...this.#senders].some((asked) => asked?.equals(from));
  }

  handle(stanza: ElementView): void {
    const { xml } = stanza;
    const cls = this.#classes.find((each) => isA(each, xml));
    if (xml.attribute('type') === 'error') this.fail(ErrorElement.of(stanza));
    else if (cls) this.#settle.resolve(viewOf(cls, xml));
  }

  /** No answer will come, or it is a refusal. */
  fail(reason: unknown): void {
    this.#settle.reject(reason);
  }

  removed(reason: Error = new DisconnectedError('the connection was closed before the answer came')): void {
    this.fail(reason);
  }
}
