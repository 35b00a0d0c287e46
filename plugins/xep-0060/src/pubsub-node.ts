import { type AskOptions, JID, type Registration, type RequestOptions, StanzaError } from '@sestina/core';
import { type Page, pages, type ResultSet } from '@sestina/xep-0059';
import { elementOf, type PubSubPayload } from './definition.js';
import { ItemNotFoundError, NodeNotFoundError, PayloadTooLargeError, PubSubLimitError } from './errors.js';
import { exceeds, itemOf } from './event-reading.js';
import { type NodeEvent, type NodeEvents, type PubSubItem, typedEvent } from './events.js';
import { ManagedNode } from './managed-node.js';
import { Publishing, type PublishOptions } from './publishing.js';
import { Item, Items, PubSubElement, Retract, Subscribe, Subscriptions, Unsubscribe } from './stanza.js';
import {
  type NodeSubscription,
  type SubscribeOptions,
  subscriptionIn,
  subscriptionOf,
  subscriptionOptions,
} from './subscriptions.js';

/** Which items of a node are read. */
export interface ItemsOptions extends RequestOptions {
  /** Those of these ids, in one request. */
  readonly ids?: readonly string[] | undefined;
  /** So many of the newest, in one request. */
  readonly last?: number | undefined;
  /**
   * Items that are asked for at once, where the service gives lists in pages.
   * @default 50
   */
  readonly pageSize?: number | undefined;
}

/** A node of a service, or of an account. Made by `PubSubServiceClient.node()`; it holds nothing but its name. */
export class PubSubNode<T extends PubSubPayload> extends ManagedNode<T> {
  /**
   * Publishes an item; without a value, of a node without items, that something is the case.
   * @returns the id of the item, also where the service chose it.
   * @throws PreconditionNotMetError; PayloadTooLargeError; PublishOptionsUnsupportedError before anything is sent; any other
   *   PubSubError; what `request()` of the connection throws.
   */
  publish(value: T | undefined, options: PublishOptions = {}): Promise<string> {
    const { host } = this.asker;
    const own = value === undefined ? undefined : (this.definition.idOf(value) ?? host.xmpp.random.id());
    const payload = value && elementOf(value);
    return host.untilRemoved(options.signal, (signal) =>
      new Publishing(this.asker, this).publish(payload, options.id ?? own, { ...options, signal }),
    );
  }

  /**
   * Takes items back.
   * @param options `notify`: whether subscribers are told; true unless given.
   * @throws ItemNotFoundError; any other PubSubError; what `request()` of the connection throws.
   */
  async retract(
    ids: string | readonly string[],
    { notify = true, ...options }: RequestOptions & { readonly notify?: boolean | undefined } = {},
  ): Promise<void> {
    // One by one: of several, some services take the first alone.
    for (const id of typeof ids === 'string' ? [ids] : ids) {
      const retract = new Retract({ node: this.node, notify, items: [new Item({ id })] });
      const about = this.asker.about(this.node, id);
      await this.asker.ask('set', new PubSubElement({ retract }), options, about, 'item');
    }
  }

  /**
   * The items, in the order of the service; asked for in pages as they are taken where the service has pages.
   * @throws while it is read: NodeNotFoundError; PubSubLimitError for more than `maxItems`; PayloadTooLargeError; PageGoneError,
   *   PagingError; any other PubSubError; what `request()` of the connection throws.
   */
  async *items({
    ids,
    last,
    pageSize = 50,
    ...options
  }: ItemsOptions = {}): AsyncGenerator<PubSubItem<T>, void, undefined> {
    const limit = this.definition.maxItems ?? this.asker.host.maxItems;
    const { node } = this;
    let count = 0;
    const counted = (item: PubSubItem<T>): PubSubItem<T> => {
      count += 1;
      if (count > limit) throw new PubSubLimitError(limit, this.about);
      return item;
    };
    if (ids || last !== undefined) {
      const query = new Items({ node, maxItems: last, items: (ids ?? []).map((id) => new Item({ id })) });
      const { items } = await this.#ask(query, undefined, options, ids ? 'item' : 'node');
      for (const item of items) yield counted(item);
      return;
    }
    const fetch = (set: ResultSet): Promise<Page<PubSubItem<T>>> => this.#page(node, set, options);
    for await (const item of pages(fetch, { pageSize, limit: limit + 1, signal: options.signal })) yield counted(item);
  }

  /** One item; undefined where it is not there, or the node is not. @throws as `items()`. */
  async item(id: string, options: RequestOptions = {}): Promise<PubSubItem<T> | undefined> {
    try {
      for await (const item of this.items({ ...options, ids: [id] })) if (item.id === id) return item;
      return undefined;
    } catch (error) {
      if (error instanceof ItemNotFoundError) return undefined;
      throw error;
    }
  }

  async #page(node: string, set: ResultSet, options: RequestOptions): Promise<Page<PubSubItem<T>>> {
    try {
      return await this.#ask(new Items({ node }), set, options, 'node');
    } catch (error) {
      // Behind a page it is about the place, not the node.
      const { cause } = error as Error;
      if (set.after && error instanceof NodeNotFoundError && cause instanceof StanzaError) throw cause;
      throw error;
    }
  }

  async #ask(items: Items, resultSet: ResultSet | undefined, options: RequestOptions, asked: 'item' | 'node') {
    const query = new PubSubElement({ items, resultSet });
    const answer = await this.asker.ask('get', query, options, this.about, asked);
    const { items: found, resultSet: set } = answer.payload(PubSubElement) ?? {};
    return { items: [...(found?.items ?? [])].map((item) => this.#typed(item)), set };
  }

  #typed(element: Item): PubSubItem<T> {
    const item = itemOf(element);
    const { maxPayload } = this.asker.host;
    if (item.xml && exceeds(item.xml, maxPayload)) throw new PayloadTooLargeError(maxPayload, this.about);
    return { ...item, value: this.definition.read(item.xml) };
  }

  // Subscribing.

  /**
   * Asks for the events of the node; `on()` and `events()` tell of them. It outlives the session, and is not made again by itself. Where the
   * owner has to agree, the state is `pending`, and an event of type `subscription` tells how it ends.
   * @throws NodeForbiddenError; any other PubSubError; what `request()` of the connection throws.
   */
  async subscribe(options: SubscribeOptions = {}): Promise<NodeSubscription> {
    const { jid, options: config, ...request } = options;
    const address = this.#subscriber(jid);
    const query = new PubSubElement({ subscribe: new Subscribe({ node: this.node, jid: address }) });
    if (config) query.options = subscriptionOptions(config);
    const answer = await this.asker.ask('set', query, request, this.about);
    const found = answer.payload(PubSubElement)?.subscription;
    return (found && subscriptionOf(found)) ?? { node: this.node, jid: address, state: 'subscribed', subid: undefined };
  }

  /**
   * Asks for no more events.
   * @param options `jid`: the address that is subscribed; ours, unless given. `subid`: which of several subscriptions.
   * @throws PubSubError, whose `pubsub` is `subid-required` where there are several; what `request()` of the connection throws.
   */
  async unsubscribe(
    options: RequestOptions & { readonly jid?: JID | string | undefined; readonly subid?: string | undefined } = {},
  ): Promise<void> {
    const { jid, subid, ...request } = options;
    const unsubscribe = new Unsubscribe({ node: this.node, jid: this.#subscriber(jid), subid });
    await this.asker.ask('set', new PubSubElement({ unsubscribe }), request, this.about);
  }

  /** Our subscriptions to it. @throws PubSubError; what `request()` of the connection throws. */
  async subscriptions(options: RequestOptions = {}): Promise<readonly NodeSubscription[]> {
    const query = new PubSubElement({ subscriptions: new Subscriptions({ node: this.node }) });
    const answer = await this.asker.ask('get', query, options, this.about);
    const found = subscriptionIn(answer, this.node);
    this.checkCount(found.length);
    return found.filter(({ node }) => node === this.node);
  }

  /** Changes how events are sent. @throws PubSubError; what `request()` of the connection throws. */
  async setOptions(options: SubscribeOptions & { readonly subid?: string | undefined }): Promise<void> {
    const { jid, subid, options: config = {}, ...request } = options;
    const element = subscriptionOptions(config);
    element.set({ node: this.node, jid: this.#subscriber(jid), subid });
    await this.asker.ask('set', new PubSubElement({ options: element }), request, this.about);
  }

  #subscriber(jid: JID | string | undefined): JID {
    const { host, from } = this.asker;
    return jid === undefined ? (from ?? host.xmpp.account) : JID.from(jid);
  }

  // Listening.

  /**
   * Calls back for every event of that kind which the service tells of the node, one after the other. It asks for nothing: `subscribe()`
   * does, or personal eventing.
   */
  on<K extends NodeEvent['type']>(kind: K, listener: (event: NodeEvents<T>[K]) => unknown): Registration {
    const { host, service, from } = this.asker;
    const { channel, release } = host.router.open(service, from, this.node);
    const heard = channel.emitter.on(
      'event',
      (event) => (event.type === kind ? listener(this.#event(event) as unknown as NodeEvents<T>[K]) : undefined),
      { sequential: true },
    );
    heard.whenDisposed(() => release.dispose());
    return host.owned(heard);
  }

  /**
   * The next event of that kind.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000); the signal's reason.
   */
  async wait<K extends NodeEvent['type']>(
    kind: K,
    { signal, timeout }: RequestOptions = {},
  ): Promise<NodeEvents<T>[K]> {
    const { host, service, from } = this.asker;
    const { channel, release } = host.router.open(service, from, this.node);
    try {
      const event = await host.untilRemoved(signal, (stop) =>
        channel.emitter.wait('event', {
          signal: stop,
          ...(timeout === undefined ? {} : { timeout }),
          filter: ({ type }) => type === kind,
        }),
      );
      return this.#event(event) as unknown as NodeEvents<T>[K];
    } finally {
      release.dispose();
    }
  }

  /** Every event from this call on, for `for await`; ends with the signal, or when the loop is left. Holds 1,000 at most. */
  events({ signal }: Pick<AskOptions, 'signal'> = {}): AsyncIterableIterator<NodeEvent<T>> {
    const { host, service, from } = this.asker;
    const { channel, release } = host.router.open(service, from, this.node);
    const inner = channel.emitter.events('event', signal ? { signal } : {});
    const typed = (event: NodeEvent): NodeEvent<T> => this.#event(event);
    const iterator: AsyncIterableIterator<NodeEvent<T>> = {
      [Symbol.asyncIterator]: () => iterator,
      async next() {
        const { value, done } = await inner.next();
        if (!done) return { value: typed(value), done: false };
        release.dispose();
        return { value: undefined, done: true };
      },
      async return() {
        release.dispose();
        await inner.return?.();
        return { value: undefined, done: true };
      },
    };
    return iterator;
  }

  #event(event: NodeEvent): NodeEvent<T> {
    return typedEvent(event, (payload) => this.definition.read(payload));
  }
}
