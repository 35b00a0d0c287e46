import { LazyMap, type XmlElement } from '@sestina/xml';
import { JID } from '../../jid/index.js';
import { Registration } from '../../registration.js';
import type { Clock } from '../../services/clock.js';
import { type ElementClass, ElementView, viewOf } from '../../stanza/element.js';
import { Iq } from '../../stanza/iq.js';
import { StanzaError } from '../../stanza/stanza-error.js';
import { StanzaValueError } from '../../stanza/value-error.js';
import { isThenable } from '../../stream/event-queue.js';
import { addressOf } from '../../stream/handler-index.js';
import { KeyedLanes } from '../../stream/keyed-lanes.js';
import { positive } from '../../stream/positive.js';
import { Gate } from '../../util/gate.js';
import { within } from '../../util/within.js';
import { isRole, type ListenerHost, type ListenOptions } from '../listeners.js';
import { PluginError } from '../plugins/plugin-error.js';
import { LATE } from './open-requests.js';

/** The payload of a result; none for an empty one. Also an answer made by `reply()` or `errorReply()` of the request. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement answers with an empty result
export type IqAnswer = ElementView | undefined | void;

/** Answers a request: with a payload, with nothing (an empty result), or by throwing a `StanzaError`. */
export type IqHandler<V extends ElementView> = (payload: V, iq: Iq) => IqAnswer | Promise<IqAnswer>;

interface Entry extends Pick<ListenOptions<Iq>, 'sequential' | 'timeout'> {
  readonly cls: ElementClass;
  readonly handler: IqHandler<never>;
  /** The id of the plugin that added it; undefined for an application. */
  readonly owner: string | undefined;
  readonly limit: number | undefined;
  readonly lanes: KeyedLanes;
  /** Requests that wait for it or are worked on. */
  unfinished: number;
}

/** Options of `onIq`. */
export type IqHandlerOptions = ListenOptions<Iq>;

/**
 * How many requests of others are worked on at once; more are answered with `resource-constraint`. Those of our own account and server
 * are counted apart: no stranger takes their place.
 */
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
  readonly #vouches: ListenerHost['vouches'];
  /** By namespace; then by type and name; then by what it is for and where it comes from. */
  readonly #entries = new LazyMap<string, Map<string, Map<string, Entry[]>>>(); // bound: handlers of the program
  readonly #gate: Gate;

  /** @throws ConfigError for a limit that is no positive number. */
  constructor(
    { total = 100, perSender = 20 }: Partial<IqLimits> = {},
    clock?: Clock,
    vouches: ListenerHost['vouches'] = () => undefined,
  ) {
    this.limits = {
      total: positive('maxRequests.total', total),
      perSender: positive('maxRequests.perSender', perSender),
    };
    this.#gate = new Gate({ what: 'requests of others', total: this.limits.total, perKey: this.limits.perSender });
    this.#clock = clock;
    this.#vouches = vouches;
  }

  /**
   * A later handler for the same payload takes the place of an earlier one until it is removed, unless both are those of plugins; one for
   * the address that is asked goes before those for all, and so does one for the address that asks.
   * @param owner The id of the plugin that adds it.
   * @throws PluginError (`ERR_PLUGIN_CONFLICT`) where another plugin answers the same requests; JidError for what is no address;
   *   ConfigError for a timeout or a limit that is no positive number.
   */
  add<V extends ElementView>(
    type: 'get' | 'set',
    cls: ElementClass<V>,
    handler: IqHandler<V>,
    { from, to, limit, timeout, sequential }: IqHandlerOptions = {},
    owner?: string,
  ): Registration {
    if (limit !== undefined) positive('limit', limit);
    if (timeout !== undefined) positive('timeout', timeout);
    const sender = from === undefined || isRole(from) ? from : JID.from(from).full;
    const place = placeOf(to === undefined ? undefined : JID.from(to).full, sender, isRole(from));
    const kind = `${type} ${cls.tag}`;
    const kinds = this.#entries.get(cls.namespace) ?? new Map<string, Map<string, Entry[]>>();
    const places = kinds.get(kind) ?? new Map<string, Entry[]>();
    const there = places.get(place) ?? [];
    const rival = owner && there.find((other) => other.owner !== undefined && other.owner !== owner)?.owner;
    if (rival) {
      const what = `<${cls.tag} xmlns="${cls.namespace}">`;
      throw new PluginError(
        'ERR_PLUGIN_CONFLICT',
        `${owner} answers ${type} ${what}, and so does ${rival}: use one`,
        owner,
      );
    }
    const entry: Entry = { cls, handler, owner, limit, timeout, sequential, lanes: new KeyedLanes(), unfinished: 0 };
    this.#entries.set(cls.namespace, kinds.set(kind, places.set(place, [entry, ...there])));
    return new Registration(() => {
      const left = (places.get(place) ?? []).filter((other) => other !== entry);
      if (left.length > 0) places.set(place, left);
      else places.delete(place);
      if (places.size === 0 && kinds.get(kind) === places) kinds.delete(kind);
      if (kinds.size === 0 && this.#entries.get(cls.namespace) === kinds) this.#entries.delete(cls.namespace);
    });
  }

  /** What is answered, as `get {namespace}name`. */
  get kinds(): string[] {
    return [...this.#entries].flatMap(([namespace, kinds]) =>
      [...kinds.keys()].map((kind) => kind.replace(' ', ` {${namespace}}`)),
    );
  }

  /** The handler for such a request: the last one added for the address that is asked and that asks, else the last one for all. */
  find(type: string, payload: XmlElement, iq?: Iq): Entry | undefined {
    const places = this.#entries.get(payload.namespace)?.get(`${type} ${payload.name}`);
    if (!places) return undefined;
    const forAll = places.get(ANYWHERE);
    if (!iq || (forAll && places.size === 1)) return forAll?.[0];
    const from = addressOf(iq.xml, 'from');
    const to = addressOf(iq.xml, 'to');
    const role = this.#vouches(from, to);
    for (const asked of [to?.full, to?.bare.full, undefined]) {
      const found =
        places.get(placeOf(asked, from?.full)) ??
        places.get(placeOf(asked, from?.bare.full)) ??
        (role && places.get(placeOf(asked, role, true))) ??
        places.get(placeOf(asked));
      if (found) return found[0];
    }
    return undefined;
  }

  /** Whether it takes one more, which it has from then on until `left` is called; the lane in which that waits for its turn. */
  enter(entry: Entry, iq: Iq): { readonly lane: object | undefined; left(): void } | undefined {
    const { sequential, limit } = entry;
    if (limit !== undefined && entry.unfinished >= limit) return undefined;
    const keyed = typeof sequential === 'function';
    const key = keyed ? sequential(iq) : undefined;
    entry.unfinished += 1;
    return {
      lane: keyed ? entry.lanes.enter(key) : sequential ? entry : undefined,
      left: () => {
        entry.unfinished -= 1;
        if (keyed) entry.lanes.leave(key);
      },
    };
  }

  /**
   * Runs the handler and returns the answer; undefined where the handler has already sent one itself. Reports what the
   * handler throws, unless it is meant for the sender. Never throws.
   */
  async answer(entry: Entry, payload: XmlElement, iq: Iq, report: (error: unknown) => void): Promise<Iq | undefined> {
    if (entry.limit !== undefined) return this.#run(entry, payload, iq, report);
    const from = addressOf(iq.xml, 'from');
    const key = from?.bare.full ?? iq.xml.attribute('from');
    const place = this.#gate.enter({ key, own: this.#vouches(from, addressOf(iq.xml, 'to')) !== undefined });
    if (!place) return tooMany(iq);
    try {
      return await this.#run(entry, payload, iq, report);
    } finally {
      place.dispose();
    }
  }

  async #run(entry: Entry, payload: XmlElement, iq: Iq, report: (error: unknown) => void): Promise<Iq | undefined> {
    try {
      const given = entry.handler(viewOf(entry.cls, payload) as never, iq);
      const result = isThenable(given) ? await this.#inTime(given, entry.timeout) : given;
      return iq.xml.origin?.answered ? undefined : answerOf(iq, result);
    } catch (error) {
      const answered = iq.xml.origin?.answered === true;
      const fault = faultOf(iq, error);
      if (answered || !fault) report(error);
      return answered ? undefined : iq.errorReply(fault ?? 'internal-server-error');
    }
  }

  // One that never ends must not keep its place for ever, and whoever asked is owed an answer.
  #inTime(given: PromiseLike<IqAnswer>, timeout = LATE): Promise<IqAnswer> {
    if (!this.#clock) return Promise.resolve(given);
    return within(this.#clock, given, { what: 'the answer of a handler', timeout, background: true });
  }
}

const ANYWHERE = placeOf();

/** What an entry is filed under. An address has no line feed. */
function placeOf(to = '', from = '', isRole = false): string {
  return `${to}\n${isRole ? '@' : ''}${from}`;
}

/** The refusal of a request that is one too many. */
export function tooMany(iq: Iq): Iq {
  return iq.errorReply('resource-constraint', 'too many requests at once');
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
