import type { XmlElement } from '@sestina/xml';
import { BusyError } from '../errors.js';
import { JID } from '../jid/index.js';
import type { Clock } from '../services/clock.js';
import { CONTEXT } from '../stanza/context-key.js';
import { type ElementClass, type ElementView, isA, viewOf } from '../stanza/element.js';
import { Message, type MessageSource } from '../stanza/message.js';
import type { Presence, PresenceType } from '../stanza/presence.js';
import { isThenable } from '../stream/event-queue.js';
import { addressOf } from '../stream/handler-index.js';
import type { Handler } from '../stream/handlers.js';
import { KeyedLanes } from '../stream/keyed-lanes.js';
import type { Matcher, MatcherKeys } from '../stream/matchers.js';
import { positive } from '../stream/positive.js';
import { within } from '../util/within.js';

/** Whom stanzas are heard from: an address, bare for all of its resources, or whoever speaks for our account or our server. */
export type ListenFrom = JID | string | 'account' | 'server';

/** Options that `onMessage`, `onPresence` and `onIq` share. */
export interface ListenOptions<S extends ElementView> {
  /**
   * Only what comes from there.
   * @default everybody
   */
  readonly from?: ListenFrom | undefined;
  /**
   * Only what is for that address of ours; a bare one stands for all of its resources.
   * @default all of them
   */
  readonly to?: JID | string | undefined;
  /**
   * Whether each call waits for the promise of the one before; with a function, of the one before with the same key.
   * @default false
   */
  readonly sequential?: boolean | ((stanza: S) => unknown) | undefined;
  /**
   * Milliseconds that a call may take. It is reported then, and the next one has its turn.
   * @default for ever; of a request, a minute
   */
  readonly timeout?: number | undefined;
  /**
   * Calls that may wait or be at work at once. A stanza beyond is not handled, which is reported; a request is answered with
   * `resource-constraint`.
   * @default none; of requests, those of the option `maxRequests`
   */
  readonly limit?: number | undefined;
}

interface StanzaListenOptions<S extends ElementView, C> extends ListenOptions<S> {
  /** Only stanzas with that payload, which the callback gets as well. */
  readonly payload?: C | undefined;
  /**
   * For error reports and `removeHandler`.
   * @default the name of the stanza and of the payload
   */
  readonly name?: string | undefined;
  /**
   * Whether it is taken out after the first stanza.
   * @default false
   */
  readonly once?: boolean | undefined;
  /**
   * Whether it runs while the bytes are read, before what is queued.
   * @default false
   */
  readonly inStream?: boolean | undefined;
}

/** Options of `onMessage`. */
export interface MessageListenOptions<C = undefined> extends StanzaListenOptions<Message, C> {
  /**
   * Only messages of that type, or of one of these.
   * @default all but `error`
   */
  readonly type?: Message['type'] | readonly Message['type'][] | undefined;
  /**
   * The ways on which they may have come.
   * @default ['stream']
   */
  readonly sources?: readonly MessageSource[] | undefined;
}

/** Options of `onPresence`. */
export interface PresenceListenOptions<C = undefined> extends StanzaListenOptions<Presence, C> {
  /**
   * Only presence of that type, or of one of these.
   * @default all but `error`
   */
  readonly type?: PresenceType | readonly PresenceType[] | undefined;
}

/** The payload that a class stands for; undefined where none is asked for. */
export type PayloadOf<C> = C extends { readonly prototype: infer V } ? V : undefined;

/** What a listener takes from the connection. */
export interface ListenerHost {
  readonly clock: Clock;
  /** Whether that one speaks for our account, or for our server. */
  vouches(from: JID | undefined, to: JID | undefined): 'account' | 'server' | undefined;
  reportError(error: unknown, where: string): void;
}

type Options<S extends ElementView> = StanzaListenOptions<S, ElementClass | undefined> & {
  readonly type?: unknown;
  readonly sources?: readonly MessageSource[] | undefined;
};

const ON_STREAM: readonly MessageSource[] = ['stream'];

/** The handler behind `onMessage` and `onPresence`: stanzas of a class, with a payload where one is asked for. */
export class StanzaListener<S extends ElementView> implements Handler, Matcher {
  readonly name: string;
  readonly keys: MatcherKeys;
  readonly once: boolean;
  readonly inStream: boolean;
  readonly hearsMessages: boolean;
  readonly #host: ListenerHost;
  readonly #root: ElementClass<S>;
  readonly #callback: (stanza: S, payload: never) => unknown;
  readonly #options: Options<S>;
  readonly #types: readonly unknown[] | undefined;
  readonly #limit: number;
  /** There is nothing to be counted. */
  readonly #plain: boolean;
  readonly #lanes = new KeyedLanes();
  /** Of each stanza that waits for its turn in a lane, the key. */
  readonly #keys = new Map<ElementView, unknown>();
  #unfinished = 0;
  #overflowed = false;

  /** @throws ConfigError for a timeout or a limit that is no positive number; JidError for what is no address; TypeError for what is no callback. */
  constructor(
    host: ListenerHost,
    root: ElementClass<S>,
    callback: (stanza: S, payload: never) => unknown,
    options: Options<S>,
  ) {
    const { payload, type, timeout, limit = Number.POSITIVE_INFINITY, from, to } = options;
    if (typeof callback !== 'function' || 'tag' in callback) {
      throw new TypeError('the callback comes first: (stanza, payload) => …, { payload: Class }');
    }
    if (timeout !== undefined) positive('timeout', timeout);
    this.#limit = limit === Number.POSITIVE_INFINITY ? limit : positive('limit', limit);
    this.#plain =
      timeout === undefined && limit === Number.POSITIVE_INFINITY && typeof options.sequential !== 'function';
    this.#host = host;
    this.#root = root;
    this.#callback = callback;
    this.#options = options;
    this.#types = type === undefined || Array.isArray(type) ? (type as undefined) : [type];
    this.name = options.name ?? `${root.tag}${payload ? `/{${payload.namespace}}${payload.tag}` : ''}`;
    this.once = options.once ?? false;
    this.inStream = options.inStream ?? false;
    this.hearsMessages = root.tag === Message.tag;
    this.keys = {
      root: root.tag,
      payload: payload && { name: payload.tag, namespace: payload.namespace },
      from: from === undefined || isRole(from) ? undefined : JID.from(from),
      to: to === undefined ? undefined : JID.from(to),
    };
  }

  get matcher(): Matcher {
    return this;
  }

  matches(stanza: XmlElement): boolean {
    const { payload, from, to } = this.keys;
    if (!isA(this.#root, stanza)) return false;
    if (payload && !stanza.child(payload.name, payload.namespace)) return false;
    return (!from || isAt(from, addressOf(stanza, 'from'))) && (!to || isAt(to, addressOf(stanza, 'to')));
  }

  accepts(stanza: ElementView): boolean {
    const { from, sources = ON_STREAM } = this.#options;
    const { xml } = stanza;
    const isMessage = stanza instanceof Message;
    if (this.#types === undefined) {
      if (xml.attribute('type') === 'error') return false;
    } else if (!this.#types.includes(isMessage ? stanza.type : xml.attribute('type'))) return false;
    if (isMessage && !sources.includes(stanza[CONTEXT]?.source ?? 'stream')) return false;
    if (isRole(from) && this.#host.vouches(addressOf(xml, 'from'), addressOf(xml, 'to')) !== from) return false;
    if (this.#plain) return true;
    if (this.#unfinished >= this.#limit) {
      if (!this.#overflowed) this.#host.reportError(new BusyError(this.name, this.#limit), `handler ${this.name}`);
      this.#overflowed = true;
      return false;
    }
    this.#unfinished += 1;
    return true;
  }

  lane(stanza: ElementView): object | undefined {
    const { sequential } = this.#options;
    if (typeof sequential !== 'function') return sequential ? this : undefined;
    try {
      const key = sequential(stanza as S);
      this.#keys.set(stanza, key);
      return this.#lanes.enter(key);
    } catch (error) {
      this.#unfinished -= 1;
      throw error;
    }
  }

  handle(stanza: ElementView): unknown {
    if (this.#plain) return this.#call(stanza as S);
    let pending = false;
    try {
      const result = this.#call(stanza as S);
      if (!isThenable(result)) return result;
      pending = true;
      return this.#wait(stanza, result);
    } finally {
      if (!pending) this.#finished(stanza);
    }
  }

  #call(stanza: S): unknown {
    const { payload } = this.#options;
    const found = payload && stanza.xml.child(payload.tag, payload.namespace);
    return this.#callback(stanza, (payload && found && viewOf(payload, found)) as never);
  }

  async #wait(stanza: ElementView, result: PromiseLike<unknown>): Promise<unknown> {
    const { timeout } = this.#options;
    try {
      if (timeout === undefined) return await result;
      return await within(this.#host.clock, result, { what: this.name, timeout, background: true });
    } finally {
      this.#finished(stanza);
    }
  }

  #finished(stanza: ElementView): void {
    this.#unfinished -= 1;
    if (this.#unfinished < this.#limit) this.#overflowed = false;
    if (!this.#keys.has(stanza)) return;
    this.#lanes.leave(this.#keys.get(stanza));
    this.#keys.delete(stanza);
  }
}

export function isRole(from: ListenFrom | undefined): from is 'account' | 'server' {
  return from === 'account' || from === 'server';
}

/** Whether an address is that one; a bare one stands for all of its resources. */
export function isAt(wanted: JID, address: JID | undefined): boolean {
  if (!address) return false;
  return (wanted.isBare ? address.bare : address).full === wanted.full;
}
