import { type AddressNode, BaseXMPP, type Iq, JID, Plugin, Registration, StanzaError } from '@sestina/core';
import { audienceOption, booleanOption, checkOption } from '@sestina/core/connection';
import { deadline, SharedLookups } from '@sestina/core/util';
import type { Form } from '@sestina/xep-0004';
import { TooManyItemsError } from './errors.js';
import { findServices } from './find.js';
import { InfoCache } from './info-cache.js';
import {
  type FindOptions,
  type InfoOptions,
  type ItemsOptions,
  type Service,
  ServiceDiscoveryOptions,
  type ServiceQuery,
} from './options.js';
import {
  type DiscoRequest,
  type IdentityInit,
  type InfoHandler,
  type ItemInit,
  type ItemsHandler,
  OwnInfo,
} from './own-info.js';
import { DiscoInfo, type DiscoItem, DiscoItems } from './stanza.js';

/** Knows what an entity can do without asking it; undefined where it does not. */
export type InfoLookup = (to: JID, node: string | undefined) => DiscoInfo | undefined | Promise<DiscoInfo | undefined>;

declare module '@sestina/core' {
  interface XMPPEvents {
    /** An entity has answered what it can do (XEP-0030). */
    discoInfo: { readonly from: JID | undefined; readonly node: string | undefined; readonly info: DiscoInfo };
    /** An entity has answered what belongs to it (XEP-0030). */
    discoItems: { readonly from: JID | undefined; readonly node: string | undefined; readonly items: DiscoItems };
    /** What we tell of ourselves has changed, apart from `featuresChanged`. Without `jid`: for all our addresses. */
    discoInfoChanged: { readonly jid: JID | undefined; readonly node: string | undefined };
  }
}

// The query itself waits as long as anybody does.
const LONGEST = 600_000;

/**
 * XEP-0030: Service Discovery. Answers what this program is and can do, and asks others. Plugins do not need it to announce
 * a feature: what `xmpp.advertise()` was given is told here.
 */
export class ServiceDiscovery extends Plugin {
  static override readonly id = 'xep-0030';
  static override readonly Options = ServiceDiscoveryOptions;
  static override readonly inject = [BaseXMPP, ServiceDiscoveryOptions] as const;
  readonly #xmpp: BaseXMPP;
  readonly #options: ServiceDiscoveryOptions;
  readonly #own: OwnInfo;
  readonly #cache = new InfoCache();
  readonly #queries: SharedLookups;
  #lookups: readonly InfoLookup[] = [];

  /** @throws ConfigError for an option that cannot work, and for an identity that has a `<`. */
  constructor(xmpp: BaseXMPP, options: ServiceDiscoveryOptions) {
    super();
    checkOption('identities', options.identities, Array.isArray(options.identities), 'a list');
    booleanOption('cache', options.cache);
    audienceOption('answer', options.answer);
    this.#xmpp = xmpp;
    this.#options = options;
    this.#queries = new SharedLookups(xmpp.clock);
    const identities = options.identities.length > 0 ? options.identities : [defaultIdentity(xmpp)];
    this.#own = new OwnInfo(xmpp.api, xmpp.advertised, identities, (place) => this.infoChanged(place));
    this.own(xmpp.onIq('get', DiscoInfo, async (query, iq) => this.#own.info(await this.#asked(query, iq))));
    this.own(xmpp.onIq('get', DiscoItems, async (query, iq) => this.#own.items(await this.#asked(query, iq))));
    this.own(xmpp.on('presenceUnavailable', ({ from }) => from && this.#cache.forget(from)));
    this.own({ dispose: () => this.#cache.clear() });
  }

  override sessionEnd(): void {
    this.#cache.clear();
  }

  // Asking.

  /**
   * What an entity is and can do; without an address our server is asked. Those who ask the same at the same time share one
   * query.
   * @throws what `xmpp.request()` throws.
   */
  info(to: JID | string | undefined, options: InfoOptions = {}): Promise<DiscoInfo> {
    return this.untilRemoved(options.signal, (signal) => this.#info(to, { ...options, signal }));
  }

  async #info(to: JID | string | undefined, options: InfoOptions): Promise<DiscoInfo> {
    const { node, from, cached = true, signal, timeout = this.#xmpp.timeout } = options;
    const jid = to === undefined ? undefined : JID.from(to);
    const key = keyOf('info', jid, node, from);
    const known = cached ? await this.#known(key, jid, node) : undefined;
    if (known) return known;
    const start = async (stop: AbortSignal): Promise<DiscoInfo> => {
      const ask = { from, signal: stop, timeout: LONGEST };
      const info = await this.#xmpp.iqGet(jid, new DiscoInfo({ node }), { ...ask, answer: DiscoInfo });
      if (this.#options.cache) this.#cache.set(key, jid, info);
      this.#xmpp.emit('discoInfo', { from: jid, node, info });
      return info;
    };
    return this.#queries.ask(key, start, { what: `disco#info of ${jid ?? 'the server'}`, timeout, signal });
  }

  async #known(key: string, jid: JID | undefined, node: string | undefined): Promise<DiscoInfo | undefined> {
    if (jid) {
      for (const lookup of this.#lookups) {
        const found = await lookup(jid, node);
        if (found) return found;
      }
    }
    return this.#cache.get(key);
  }

  /**
   * What belongs to an entity; without an address our server is asked. Not remembered.
   * @throws TooManyItemsError beyond `limit`; what `xmpp.request()` throws.
   */
  items(to: JID | string | undefined, options: ItemsOptions = {}): Promise<readonly DiscoItem[]> {
    return this.untilRemoved(options.signal, (signal) => this.#items(to, { ...options, signal }));
  }

  async #items(to: JID | string | undefined, options: ItemsOptions): Promise<readonly DiscoItem[]> {
    const { node, from, limit = 10_000, signal, timeout = this.#xmpp.timeout } = options;
    const jid = to === undefined ? undefined : JID.from(to);
    const start = async (stop: AbortSignal): Promise<DiscoItems> => {
      const ask = { from, signal: stop, timeout: LONGEST };
      const items = await this.#xmpp.iqGet(jid, new DiscoItems({ node }), { ...ask, answer: DiscoItems });
      this.#xmpp.emit('discoItems', { from: jid, node, items });
      return items;
    };
    const what = `disco#items of ${jid ?? 'the server'}`;
    const key = keyOf('items', jid, node, from);
    const { items } = await this.#queries.ask(key, start, { what, timeout, signal });
    const count = items.length;
    if (count > limit) throw new TooManyItemsError(count, limit);
    return [...items];
  }

  /**
   * Whether an entity announces a feature. One that refuses to tell does not.
   * @throws what `info()` throws, but for refusals.
   */
  async supports(to: JID | string | undefined, feature: string, options: InfoOptions = {}): Promise<boolean> {
    try {
      return (await this.info(to, options)).has(feature);
    } catch (error) {
      if (error instanceof StanzaError && !error.retryable) return false;
      throw error;
    }
  }

  /**
   * Looks for services with a feature or an identity: asks a domain and then what belongs to it, five at a time. Within
   * `timeout` (milliseconds for all of it, default 30,000) whoever does not answer is left out.
   * @throws what asking the domain for its items throws, refusals aside.
   */
  find(domain: JID | string, wanted: ServiceQuery | string, options: FindOptions = {}): Promise<Service[]> {
    const { timeout = 30_000 } = options;
    return this.untilRemoved(options.signal, async (signal) => {
      const controller = new AbortController();
      const patience = { what: `services of ${domain}`, timeout, signal, how: 'no answer' } as const;
      const end = deadline(this.#xmpp.clock, patience, (reason) => controller.abort(reason));
      try {
        const found = await findServices(this, JID.from(domain), wanted, options, controller.signal);
        signal.throwIfAborted();
        return found;
      } finally {
        end();
      }
    });
  }

  /** Forgets what an entity answered, an account with its resources, or without an address what all answered. */
  forget(jid?: JID | string): void {
    if (jid === undefined) this.#cache.clear();
    else this.#cache.forget(JID.from(jid));
  }

  /** Has a function asked before a query is sent: XEP-0115 knows many answers. */
  addLookup(lookup: InfoLookup): Registration {
    this.#lookups = [...this.#lookups, lookup];
    return new Registration(() => {
      this.#lookups = this.#lookups.filter((other) => other !== lookup);
    });
  }

  // Answering.

  /**
   * Adds to what we are. Where a place has identities of its own, those of `options.identities` do not count there.
   * @throws ConfigError for one that has a `<`, which XEP-0115 cannot hash.
   */
  addIdentity(identity: IdentityInit, place: AddressNode = {}): Registration {
    return this.#own.add({ identity }, place);
  }

  /** Announces a feature of one address or node; for all addresses `xmpp.advertise()` does. */
  addFeature(feature: string, place: AddressNode = {}): Registration {
    return this.#own.add({ feature }, place);
  }

  /** Lists something that belongs to us. */
  addItem(item: ItemInit, place: AddressNode = {}): Registration {
    return this.#own.add({ item }, place);
  }

  /** Adds further data (XEP-0128; the plugin of that name checks it). A function is called at each answer. */
  addForm(form: Form | (() => Form), place: AddressNode = {}): Registration {
    return this.#own.add({ form: typeof form === 'function' ? form : () => form }, place);
  }

  /**
   * Has a function answer what we are and can do. The closest place is asked first: address and node, address, node, all; of
   * equal places the one added last. Where it gives undefined the next one is asked, and at last what was added here counts.
   */
  answerInfo(handler: InfoHandler, place: AddressNode = {}): Registration {
    return this.own(this.#own.answerInfo(handler, place));
  }

  /** The same for what belongs to us. */
  answerItems(handler: ItemsHandler, place: AddressNode = {}): Registration {
    return this.own(this.#own.answerItems(handler, place));
  }

  /**
   * What we would answer.
   * @throws StanzaError, as whoever asks would get it.
   */
  ownInfo({ to, from, node }: Partial<DiscoRequest> = {}): Promise<DiscoInfo> {
    return this.#own.info({ to, from, node });
  }

  /** What we would answer if there were no handlers, for handlers that only add to it; undefined for an unknown node. */
  ownData({ to, node }: Partial<DiscoRequest> = {}): DiscoInfo | undefined {
    return this.#own.data(to, node);
  }

  /** Tells that a function given to `answerInfo()` or `addForm()` would now answer something else. */
  infoChanged({ jid, node }: AddressNode = {}): void {
    this.#xmpp.emit('discoInfoChanged', { jid: jid === undefined ? undefined : JID.from(jid), node });
  }

  async #asked(query: DiscoInfo | DiscoItems, { to, from }: Iq): Promise<DiscoRequest> {
    if (!(await this.#xmpp.admits(this.#options.answer, from, to))) throw new StanzaError('service-unavailable');
    return { to, from, node: query.node };
  }
}

function keyOf(kind: string, jid: JID | undefined, node: string | undefined, from: JID | string | undefined): string {
  return JSON.stringify([kind, jid?.full, node, from?.toString()]);
}

function defaultIdentity({ isComponent }: BaseXMPP): IdentityInit {
  const kind = isComponent ? { category: 'component', type: 'generic' } : { category: 'client', type: 'pc' };
  return { ...kind, name: 'Sestina' };
}
