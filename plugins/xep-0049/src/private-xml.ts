import {
  BaseXMPP,
  ConfigError,
  type ElementClass,
  ElementView,
  Plugin,
  type RequestOptions,
  StanzaError,
  viewOf,
  XmlElement,
} from '@sestina/core';
import { Gate } from '@sestina/core/util';
import { PrivateDataTooLargeError, ReservedNamespaceError } from './errors.js';
import { PrivateQuery } from './stanza.js';

/** Options of `PrivateXml`. */
export class PrivateXmlOptions {
  /**
   * Bytes of one element at most, what is stored and what is read.
   * @default 262_144
   */
  maxBytes = 262_144;
}

const REFUSED: ReadonlySet<string> = new Set(['bad-request', 'not-acceptable', 'not-allowed']);
// What waits until another change of the same element is done.
const MAX_WAITING = 100;

/**
 * XEP-0049: Private XML Storage, version 1.2. One element for each namespace, which the server keeps for our account. New things are better
 * kept with XEP-0223, of which other devices are told.
 */
export class PrivateXml extends Plugin {
  static override readonly id = 'xep-0049';
  static override readonly Options = PrivateXmlOptions;
  static override readonly inject = [BaseXMPP, PrivateXmlOptions] as const;
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #maxBytes: number;
  readonly #gate = new Gate({
    what: 'changes of private data',
    total: MAX_WAITING,
    perKey: 1,
    maxWaiting: MAX_WAITING,
  });

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(xmpp: BaseXMPP, { maxBytes }: PrivateXmlOptions) {
    super();
    if (!(typeof maxBytes === 'number' && maxBytes >= 1))
      throw new ConfigError(`maxBytes is a number from 1, got ${maxBytes}`, 'maxBytes');
    this.#xmpp = xmpp;
    this.#maxBytes = maxBytes;
  }

  /**
   * What is stored; undefined where nothing is. It is read-only: `update()` changes it, or `copy()` of it is put back with `set()`.
   * @throws PrivateDataTooLargeError; StanzaError where the server does not have it; what `request()` of the connection throws.
   */
  get<V extends ElementView>(cls: ElementClass<V>, options: RequestOptions = {}): Promise<V | undefined> {
    return this.untilRemoved(options.signal, (signal) => this.#get(cls, { ...options, signal }));
  }

  /**
   * Stores an element, in place of all that is stored in its namespace, also of what other programs have put there.
   * @throws ReservedNamespaceError; PrivateDataTooLargeError; StanzaError where the server does not have it; what `request()` of the
   *   connection throws.
   */
  set(value: ElementView, options: RequestOptions = {}): Promise<void> {
    const xml = value.xml.copy();
    return this.#alone(xml.namespace, options, (ask) => this.#set(xml, ask));
  }

  /**
   * Reads what is stored, has it changed, and stores it again, with all that is unknown in it. Changes of one namespace are made one after the
   * other; those of another device in between are lost.
   * @param change Gets a copy that may be written to, or a new element where nothing is stored; an element that it returns is stored in
   *   its place.
   * @throws as `set()`; what `change` throws, and nothing is stored.
   */
  update<V extends ElementView>(
    cls: ElementClass<V>,
    change: (value: V) => unknown,
    options: RequestOptions = {},
  ): Promise<V> {
    return this.#alone(cls.namespace, options, async (ask) => {
      const stored = await this.#get(cls, ask);
      const xml = stored?.xml.copy() ?? new XmlElement(cls.tag, cls.namespace);
      const value = viewOf(cls, xml);
      const given = change(value);
      const changed = given instanceof ElementView ? (given as V) : value;
      await this.#set(changed.xml.copy(), ask);
      return changed;
    });
  }

  #alone<T>(namespace: string, options: RequestOptions, work: (ask: RequestOptions) => Promise<T>): Promise<T> {
    return this.untilRemoved(options.signal, (signal) =>
      this.#gate.run(() => work({ ...options, signal }), { key: namespace, signal }),
    );
  }

  async #get<V extends ElementView>(cls: ElementClass<V>, options: RequestOptions): Promise<V | undefined> {
    const query = new PrivateQuery();
    query.xml.append(new XmlElement(cls.tag, cls.namespace));
    const answer = await this.#xmpp.iqGet(undefined, query, { ...options, answer: PrivateQuery });
    const found = answer.xml.child(cls.tag, cls.namespace);
    // What was never stored comes back as it was asked for.
    if (!found || (found.nodeCount === 0 && found.attributes().length === 0)) return undefined;
    this.#check(found);
    return viewOf(cls, found);
  }

  async #set(xml: XmlElement, options: RequestOptions): Promise<void> {
    const { namespace } = xml;
    this.#check(xml);
    const query = new PrivateQuery();
    query.xml.append(xml);
    try {
      await this.#xmpp.iqSet(undefined, query, options);
    } catch (error) {
      if (!(error instanceof StanzaError) || !REFUSED.has(error.condition)) throw error;
      throw new ReservedNamespaceError(namespace, error);
    }
  }

  #check(xml: XmlElement): void {
    const { length } = new TextEncoder().encode(xml.toString());
    if (length > this.#maxBytes) throw new PrivateDataTooLargeError(this.#maxBytes);
  }
}
