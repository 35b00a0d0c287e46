import { Registration } from '../registration.js';
import { type ElementClass, type ElementView, viewOf } from '../stanza/element.js';
import type { Iq } from '../stanza/iq.js';
import { StanzaError } from '../stanza/stanza-error.js';
import { StanzaValueError } from '../stanza/value-error.js';
import type { XmlElement } from '../xml/element.js';

/** The payload of a result; none for an empty one. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement answers with an empty result
export type IqAnswer = ElementView | undefined | void;

/** Answers a request: with a payload, with nothing (an empty result), or by throwing a `StanzaError`. */
export type IqHandler<V extends ElementView> = (payload: V, iq: Iq) => IqAnswer | Promise<IqAnswer>;

interface Entry {
  readonly cls: ElementClass;
  readonly handler: IqHandler<never>;
}

/** How many requests of others are worked on at once. */
export interface IqLimits {
  /** In all. Default 100. */
  readonly total: number;
  /** Of one bare JID. Default 20. */
  readonly perSender: number;
}

/** The answering side: one handler for each kind of request, and exactly one answer to each request. */
export class IqHandlers {
  readonly #limits: IqLimits;
  readonly #entries = new Map<string, Map<string, Entry[]>>();
  readonly #bySender = new Map<string, number>();
  #running = 0;

  constructor(limits: IqLimits = { total: 100, perSender: 20 }) {
    this.#limits = limits;
  }

  /** A later handler for the same payload takes the place of an earlier one until it is removed. */
  add<V extends ElementView>(type: 'get' | 'set', cls: ElementClass<V>, handler: IqHandler<V>): Registration {
    const names = this.#entries.get(cls.namespace) ?? new Map<string, Entry[]>();
    this.#entries.set(cls.namespace, names);
    const key = `${type} ${cls.tag}`;
    const entry: Entry = { cls, handler };
    names.set(key, [entry, ...(names.get(key) ?? [])]);
    return new Registration(() => {
      const left = (names.get(key) ?? []).filter((other) => other !== entry);
      if (left.length > 0) names.set(key, left);
      else names.delete(key);
      if (names.size === 0 && this.#entries.get(cls.namespace) === names) this.#entries.delete(cls.namespace);
    });
  }

  find(type: string, payload: XmlElement): Entry | undefined {
    return this.#entries.get(payload.namespace)?.get(`${type} ${payload.name}`)?.[0];
  }

  /** Runs the handler and returns the answer; undefined where the handler has already sent one itself. */
  async answer(entry: Entry, payload: XmlElement, iq: Iq, report: (error: unknown) => void): Promise<Iq | undefined> {
    const sender = iq.from?.bare.toString() ?? '';
    const fromSender = this.#bySender.get(sender) ?? 0;
    if (this.#running >= this.#limits.total || fromSender >= this.#limits.perSender) {
      return iq.errorReply('resource-constraint', 'too many requests at once');
    }
    this.#running += 1;
    this.#bySender.set(sender, fromSender + 1);
    try {
      const result = await entry.handler(viewOf(entry.cls, payload) as never, iq);
      return iq.xml.origin?.answered ? undefined : iq.reply(result ?? undefined);
    } catch (error) {
      if (iq.xml.origin?.answered) {
        report(error);
        return undefined;
      }
      if (error instanceof StanzaError)
        return iq.errorReply(error.stanza ? new StanzaError('internal-server-error', { cause: error }) : error);
      if (error instanceof StanzaValueError) return iq.errorReply('bad-request', error.message);
      report(error);
      return iq.errorReply('internal-server-error');
    } finally {
      this.#running -= 1;
      const left = (this.#bySender.get(sender) ?? 1) - 1;
      if (left > 0) this.#bySender.set(sender, left);
      else this.#bySender.delete(sender);
    }
  }
}
