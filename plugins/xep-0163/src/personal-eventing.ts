import { BaseXMPP, ConfigError, JID, Plugin, type Registration, type RequestOptions } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { ServiceDiscovery } from '@sestina/xep-0030';
import {
  type NodeConfig,
  type PublishOptions,
  PubSub,
  type PubSubItem,
  type PubSubNode,
  type PubSubNodeDefinition,
  type PubSubPayload,
} from '@sestina/xep-0060';
import { EntityCapabilities } from '@sestina/xep-0115';
import { PepUnsupportedError } from './errors.js';
import { type PepEvent, typed } from './pep-event.js';
import { type LastHeard, lastKey, type PepSource, WatchedNode } from './watched-node.js';

declare module '@sestina/core' {
  interface XMPPEvents {
    /** Our account, or a contact, tells something of a node to which somebody listens (XEP-0163). */
    pepEvent: PepEvent;
  }
}

/** Options of `PersonalEventing`. */
export class PersonalEventingOptions {
  /**
   * Accounts and nodes of which what was heard last is kept.
   * @default 5_000
   */
  maxKept = 5_000;
  /**
   * Bytes of what is kept of them.
   * @default 8_388_608
   */
  maxKeptBytes = 8_388_608;
}

/** How a listener listens. */
export interface PepListenOptions {
  /**
   * Whom it hears: our account and the contacts whose presence we see; our account alone; or one account, whether or not it is a
   * contact.
   * @default what the definition of the node says, else 'contacts'
   */
  readonly from?: 'account' | 'contacts' | JID | string | undefined;
}

/** How something is published. */
export interface PepPublishOptions extends Omit<PublishOptions, 'options'> {
  /**
   * Who may read it: `presence`, those who see our presence; `roster`, the contacts of `groups`; `whitelist`, our devices alone, and
   * whom we have made members; `open`, everybody.
   * @default what the definition says, else what the server does, most often 'presence'
   */
  readonly access?: 'open' | 'presence' | 'roster' | 'whitelist' | undefined;
  /** The groups of our roster that may read it, with `access: 'roster'`. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * XEP-0163: Personal Eventing Protocol, version 1.2.2. Every account is a publish-subscribe service of its own: what it publishes goes to its devices,
 * and to the contacts that want it.
 */
export class PersonalEventing extends Plugin {
  static override readonly id = 'xep-0163';
  static override readonly Options = PersonalEventingOptions;
  static override readonly inject = [
    BaseXMPP,
    PersonalEventingOptions,
    PubSub,
    ServiceDiscovery,
    EntityCapabilities,
  ] as const;
  // A component has no account, and no server that is one for it.
  static override readonly kinds = ['client'] as const;
  readonly #xmpp: BaseXMPP;
  readonly #pubsub: PubSub;
  readonly #disco: ServiceDiscovery;
  readonly #nodes = new Map<string, WatchedNode>(); // bound: nodes that somebody listens to
  readonly #last: LastHeard;

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(
    xmpp: BaseXMPP,
    { maxKept, maxKeptBytes }: PersonalEventingOptions,
    pubsub: PubSub,
    disco: ServiceDiscovery,
    _capabilities: EntityCapabilities,
  ) {
    super();
    for (const [name, value] of Object.entries({ maxKept, maxKeptBytes })) {
      if (!(typeof value === 'number' && value >= 1))
        throw new ConfigError(`${name} is a number from 1, got ${value}`, name);
    }
    this.#xmpp = xmpp;
    this.#pubsub = pubsub;
    this.#disco = disco;
    this.#last = new LruMap({
      maxEntries: maxKept,
      maxBytes: maxKeptBytes,
      // The text, the element, and the objects around them.
      sizeOf: ({ id, text }, key) => 500 + 4 * text.length + 2 * (id.length + key.length),
    });
  }

  override sessionEnd(): void {
    this.#last.clear();
  }

  /**
   * Listens to a node, and has our presence say that we do: the server sends what was published last, and what comes. One item after the
   * other.
   * @throws ConfigError where somebody else is to be heard of what is our account's alone. JidError for what is no address.
   */
  on<T extends PubSubPayload>(
    definition: PubSubNodeDefinition<T>,
    listener: (event: PepEvent<T>) => unknown,
    { from }: PepListenOptions = {},
  ): Registration {
    const source = sourceOf(definition, from);
    const { node } = definition;
    this.lifetime.throwIfAborted();
    let watched = this.#nodes.get(node);
    if (!watched) {
      watched = new WatchedNode(this.#xmpp, this.#pubsub, node, this.#last);
      this.#nodes.set(node, watched);
    }
    const opened = watched;
    const wanted = opened.add(source);
    const heard = opened.events.on(
      'event',
      (event) => (isFrom(source, event) ? listener(typed(event, definition)) : undefined),
      { sequential: true },
    );
    heard.whenDisposed(() => {
      wanted.dispose();
      if (!opened.idle) return;
      this.#nodes.delete(node);
      opened.dispose();
    });
    return this.own(heard);
  }

  /**
   * Publishes an item of our account. Where the node has other settings, they are changed, unless `onConflict` says otherwise.
   * @returns the id of the item.
   * @throws PepUnsupportedError; what `PubSubNode.publish()` throws: PublishOptionsUnsupportedError where the server would not look at who
   *   may read it, before anything is sent.
   */
  publish<T extends PubSubPayload>(
    definition: PubSubNodeDefinition<T>,
    value: T,
    { access, groups, ...options }: PepPublishOptions = {},
  ): Promise<string> {
    return this.untilRemoved(options.signal, async (signal) => {
      await this.#require({ ...options, signal });
      const config: NodeConfig = { ...definition.config };
      const settings = access || groups ? { ...config, accessModel: access ?? 'roster', rosterGroups: groups } : config;
      const id = options.id ?? definition.idOf(value) ?? this.#xmpp.random.id();
      const ask = { onConflict: 'configure', ...options, id, signal, options: settings } as const;
      const publish = (): Promise<string> => this.node(definition).publish(value, ask);
      const watched = this.#nodes.get(definition.node);
      return watched ? watched.publishing('xml' in value ? value.xml : value, publish, id) : publish();
    });
  }

  /**
   * Says that what was published is so no more.
   * @param options `empty`: what says so in the words of its specification, and is published; without it the item is taken back.
   * @throws as `publish()`.
   */
  stop<T extends PubSubPayload>(
    definition: PubSubNodeDefinition<T>,
    { empty, ...options }: RequestOptions & { readonly empty?: T | undefined } = {},
  ): Promise<void> {
    return this.untilRemoved(options.signal, async (signal) => {
      const ask = { ...options, signal };
      if (empty) {
        await this.publish(definition, empty, ask);
        return;
      }
      const id = definition.onlyId ?? (await this.get(definition, undefined, ask))?.id;
      if (id) await this.node(definition).retract(id, ask);
    });
  }

  /**
   * The newest item, which is asked for.
   * @param owner Whose; our own account's where nobody is given.
   * @throws what `PubSubNode.items()` throws: NodeNotFoundError where there is no such node.
   */
  async get<T extends PubSubPayload>(
    definition: PubSubNodeDefinition<T>,
    owner?: JID | string,
    options: RequestOptions = {},
  ): Promise<PubSubItem<T> | undefined> {
    const bare = owner === undefined ? undefined : JID.from(owner).bare;
    return this.untilRemoved(options.signal, async (signal) => {
      let last: PubSubItem<T> | undefined;
      const items = this.#pubsub
        .service(bare)
        .node(definition)
        .items({ ...options, signal, last: 1 });
      for await (const item of items) last = item;
      return last;
    });
  }

  /**
   * What was heard last in this session of a node to which somebody listens; undefined where nothing was, or it was taken back. Nothing is
   * asked.
   * @param owner Whose; our own account's where nobody is given.
   */
  last<T extends PubSubPayload>(definition: PubSubNodeDefinition<T>, owner?: JID | string): PepEvent<T> | undefined {
    const account = owner === undefined ? this.#xmpp.account : JID.from(owner);
    const found = this.#last.get(lastKey(account, definition.node));
    return found?.event.type === 'published' ? typed(found.event, definition) : undefined;
  }

  /** A node of our account. Nothing is asked. */
  node<T extends PubSubPayload>(definition: PubSubNodeDefinition<T>): PubSubNode<T> {
    return this.#pubsub.service().node(definition);
  }

  /** Whether our account has personal eventing. @throws what `ServiceDiscovery.info()` throws. */
  supported(options: RequestOptions = {}): Promise<boolean> {
    return this.untilRemoved(options.signal, async (signal) => {
      const info = await this.#disco.info(this.#xmpp.account, { ...options, signal });
      return info.identity('pubsub', 'pep') !== undefined;
    });
  }

  /** What it can do, in the words of XEP-0060: `publish-options`. @throws what `ServiceDiscovery.info()` throws. */
  accountFeatures(options: RequestOptions = {}): Promise<ReadonlySet<string>> {
    return this.untilRemoved(options.signal, (signal) => this.#pubsub.service().features({ ...options, signal }));
  }

  async #require(options: RequestOptions): Promise<void> {
    if (!(await this.supported(options))) throw new PepUnsupportedError(this.#xmpp.account.full);
  }
}

function sourceOf(
  { sender, node }: Pick<PubSubNodeDefinition, 'node' | 'sender'>,
  from: PepListenOptions['from'] = sender,
): PepSource {
  if (sender === 'account' && from !== 'account') {
    throw new ConfigError(`what ${node} has is our own account's alone: nobody else can say it`, 'from');
  }
  return from === 'account' || from === 'contacts' ? from : JID.from(from).bare;
}

function isFrom(source: PepSource, { from, own }: Pick<PepEvent, 'from' | 'own'>): boolean {
  if (source === 'account') return own;
  return source === 'contacts' || source.equals(from);
}
