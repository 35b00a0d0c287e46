import type { XmlElement } from '@sestina/xml';
import { TimeoutError } from '../../errors.js';
import { JID } from '../../jid/index.js';
import { Registration } from '../../registration.js';
import type { Clock } from '../../services/clock.js';
import { type ElementClass, ElementView, viewOf } from '../../stanza/element.js';
import { Iq } from '../../stanza/iq.js';
import { StanzaError } from '../../stanza/stanza-error.js';
import { StanzaValueError } from '../../stanza/value-error.js';
import { isThenable } from '../../stream/event-queue.js';
import { positive } from '../../stream/positive.js';
import { LATE } from './open-requests.js';

/** The payload of a result; none for an empty one. Also an answer made by `reply()` or `errorReply()` of the request. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement answers with an empty result
export type IqAnswer = ElementView | undefined | void;

/** Answers a request: with a payload, with nothing (an empty result), or by throwing a `StanzaError`. */
export type IqHandler<V extends ElementView> = (payload: V, iq: Iq) => IqAnswer | Promise<IqAnswer>;

interface Entry {
  readonly cls: ElementClass;
  readonly handler: IqHandler<never>;
}

/** Which requests a handler is for. */
export interface IqHandlerOptions {
  /** One of our addresses; a bare one stands for all of its resources. Default: all of them. */
  readonly to?: JID | string | undefined;
}

/** How many requests of others are worked on at once; more are answered with `resource-constraint`. */
export interface IqLimits {
  /** In all. Default 100. */
  readonly total: number;
  /** Of one bare JID. Default 20. */
  readonly perSender: number;
}

/** The answering side: one handler for each kind of request, and exactly one answer to each request. */
export class IqHandlers {
  /** What is worked on at once. */
  readonly limits: IqLimits;
  readonly #clock: Clock | undefined;
  /** By namespace; then by type and name, with a third word for those of one address. */
  readonly #entries = new Map<string, Map<string, Entry[]>>();
  /** How many are for one address. */
  #addressed = 0;
  readonly #bySender = new Map<string, number>();
  #running = 0;

  /** @throws ConfigError for a limit that is no positive number. */
  constructor({ total = 100, perSender = 20 }: Partial<IqLimits> = {}, clock?: Clock) {
    this.limits = {
      total: positive('maxRequests.total', total),
      perSender: positive('maxRequests.perSender', perSender),
    };
    this.#clock = clock;
  }

  /**
   * A later handler for the same payload takes the place of an earlier one until it is removed; one for the address that is
   * asked goes before those for all.
   * @throws JidError where `to` is no address.
   */
  add<V extends ElementView>(
    type: 'get' | 'set',
    cls: ElementClass<V>,
    handler: IqHandler<V>,
    { to }: IqHandlerOptions = {},
  ): Registration {
    const key = to === undefined ? `${type} ${cls.tag}` : `${type} ${cls.tag} ${JID.from(to).full}`;
    const names = this.#entries.get(cls.namespace) ?? new Map<string, Entry[]>();
    this.#entries.set(cls.namespace, names);
    const entry: Entry = { cls, handler };
    names.set(key, [entry, ...(names.get(key) ?? [])]);
    if (to !== undefined) this.#addressed += 1;
    return new Registration(() => {
      if (to !== undefined) this.#addressed -= 1;
      const left = (names.get(key) ?? []).filter((other) => other !== entry);
      if (left.length > 0) names.set(key, left);
      else names.delete(key);
      if (names.size === 0 && this.#entries.get(cls.namespace) === names) this.#entries.delete(cls.namespace);
    });
  }

  /** What is answered, as `get {namespace}name`. */
  get kinds(): string[] {
    const kinds = new Set<string>();
    for (const [namespace, names] of this.#entries) {
      for (const key of names.keys()) {
        const [type, name] = key.split(' ', 2);
        kinds.add(`${type} {${namespace}}${name}`);
      }
    }
    return [...kinds];
  }

  /** The handler for such a request: the last one added for the address that is asked, else the last one for all. */
  find(type: string, payload: XmlElement, iq?: Iq): Entry | undefined {
    const names = this.#entries.get(payload.namespace);
    if (!names) return undefined;
    const kind = `${type} ${payload.name}`;
    const to = this.#addressed > 0 ? iq?.to : undefined;
    const addressed = to && (names.get(`${kind} ${to.full}`) ?? names.get(`${kind} ${to.bare.full}`));
    return (addressed ?? names.get(kind))?.[0];
  }

  /**
   * Runs the handler and returns the answer; undefined where the handler has already sent one itself. Reports what the
   * handler throws, unless it is meant for the sender. Never throws.
   */
  async answer(entry: Entry, payload: XmlElement, iq: Iq, report: (error: unknown) => void): Promise<Iq | undefined> {
    const sender = senderOf(iq);
    const fromSender = this.#bySender.get(sender) ?? 0;
    if (this.#running >= this.limits.total || fromSender >= this.limits.perSender) {
      return iq.errorReply('resource-constraint', 'too many requests at once');
    }
    this.#running += 1;
    this.#bySender.set(sender, fromSender + 1);
    try {
      const given = entry.handler(viewOf(entry.cls, payload) as never, iq);
      const result = isThenable(given) ? await this.#inTime(given) : given;
      return iq.xml.origin?.answered ? undefined : answerOf(iq, result);
    } catch (error) {
      const answered = iq.xml.origin?.answered === true;
      const fault = faultOf(iq, error);
      if (answered || !fault) report(error);
      return answered ? undefined : iq.errorReply(fault ?? 'internal-server-error');
    } finally {
      this.#running -= 1;
      const left = (this.#bySender.get(sender) ?? 1) - 1;
      if (left > 0) this.#bySender.set(sender, left);
      else this.#bySender.delete(sender);
    }
  }

  // One that never ends must not keep its place for ever, and whoever asked is owed an answer.
  #inTime(given: PromiseLike<IqAnswer>): Promise<IqAnswer> {
    const clock = this.#clock;
    if (!clock) return Promise.resolve(given);
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new TimeoutError('the answer of a handler', LATE));
      const timer = clock.setTimer(LATE, late, { background: true });
      given.then(
        (answer) => {
          timer.cancel();
          resolve(answer);
        },
        (error: unknown) => {
          timer.cancel();
          reject(error);
        },
      );
    });
  }
}

function senderOf(iq: Iq): string {
  const raw = iq.xml.attribute('from') ?? '';
  return JID.tryParse(raw)?.bare.full ?? raw;
}

function answerOf(iq: Iq, result: IqAnswer): Iq {
  if (result === undefined || result === null) return iq.reply();
  if (!(result instanceof ElementView)) throw new TypeError('a handler of an iq returns an element, or nothing');
  if (!(result instanceof Iq)) return iq.reply(result);
  const { request } = result.xml.origin ?? {};
  if (request && request === iq.xml.origin) return result;
  throw new TypeError('a handler of an iq returns the payload of the answer, or what reply() of the request made');
}

/** What to tell the sender; undefined where the fault is the handler's. */
function faultOf(iq: Iq, error: unknown): StanzaError | undefined {
  // Neither what a third party told us nor what is wrong with its stanza is the sender's concern.
  if (error instanceof StanzaError) return error.stanza ? undefined : error;
  if (error instanceof StanzaValueError && isInside(iq.xml, error.xml)) {
    return new StanzaError('bad-request', { text: error.message });
  }
  return undefined;
}

function isInside(xml: XmlElement, wanted: XmlElement): boolean {
  if (xml === wanted) return true;
  for (const child of xml.elements()) if (isInside(child, wanted)) return true;
  return false;
}
