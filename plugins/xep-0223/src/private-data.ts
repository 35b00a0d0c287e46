import { BaseXMPP, ConfigError, type ElementClass, type ElementView, Plugin, type RequestOptions } from '@sestina/core';
import { definePubSubNode, PubSub } from '@sestina/xep-0060';
import { PersonalEventing } from '@sestina/xep-0163';
import { Sessions } from './sessions.js';
import { StoredNode, type StoredNodeHost } from './stored-node.js';

/** What is said of a node of private data. */
export interface PrivateNodeInit<C extends ElementClass> {
  readonly node: string;
  /** The class of what is stored. */
  readonly payload: C;
  /**
   * Items that the server keeps at most: the oldest goes where there is one more.
   * @default 'max'
   */
  readonly maxItems?: number | 'max' | undefined;
}

/** Options of `PrivateData`. */
export class PrivateDataOptions {
  /**
   * Items of a node that are read and kept at most.
   * @default 10_000
   */
  maxItems = 10_000;
  /**
   * Bytes of memory that the items of a node may take, estimated.
   * @default 8_388_608
   */
  maxBytes = 8_388_608;
}

type ViewIn<C> = C extends { readonly prototype: infer V extends ElementView } ? V : never;

/** A node of our account, which nobody else reads. */
export class PrivateNode<T extends ElementView> extends StoredNode<T> {
  /**
   * Stores a value, in place of what has that id.
   * @throws PrivateStorageUnsupportedError, before anything is sent; NodeMisconfiguredError; PubSubError; what `request()` of the
   *   connection throws.
   */
  set(id: string, value: T, options: RequestOptions = {}): Promise<void> {
    return this.store(id, value, options);
  }

  /**
   * Reads what has that id, and stores what is made of it; changes of one id come one after the other.
   * @param change Gets a copy that may be written to, with all that is unknown in it; undefined where there is nothing.
   * @throws as `set()`; what `change` throws, and nothing is stored.
   */
  update(id: string, change: (value: T | undefined) => T, options: RequestOptions = {}): Promise<T> {
    return this.change(id, change, options);
  }

  /** Takes an item away. @throws ItemNotFoundError; PubSubError; what `request()` of the connection throws. */
  remove(id: string, options: RequestOptions = {}): Promise<void> {
    return this.take(id, options);
  }

  /** Takes all items away. @throws PubSubError; what `request()` of the connection throws. */
  clear(options: RequestOptions = {}): Promise<void> {
    return this.takeAll(options);
  }
}

/** XEP-0223: Persistent Storage of Private Data via PubSub, version 1.1.1. Keeps data at the server, for the devices of our account alone. */
export class PrivateData extends Plugin {
  static override readonly id = 'xep-0223';
  static override readonly Options = PrivateDataOptions;
  static override readonly inject = [BaseXMPP, PrivateDataOptions, PubSub, PersonalEventing] as const;
  // A component has no account.
  static override readonly kinds = ['client'] as const;
  readonly #options: PrivateDataOptions;
  readonly #host: StoredNodeHost;
  readonly #sessions = new Sessions();

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(xmpp: BaseXMPP, options: PrivateDataOptions, pubsub: PubSub, eventing: PersonalEventing) {
    super();
    for (const name of ['maxItems', 'maxBytes'] as const) {
      const value = options[name];
      if (!(typeof value === 'number' && value >= 1))
        throw new ConfigError(`${name} is a number from 1, got ${value}`, name);
    }
    this.#options = options;
    this.#host = {
      xmpp,
      pubsub,
      eventing,
      untilRemoved: (signal, work) => this.untilRemoved(signal, work),
      owned: (what) => this.own(what),
      sessions: (node) => this.#sessions.add(node),
    };
  }

  override sessionStart(): void {
    this.#sessions.start();
  }

  override sessionEnd(): void {
    this.#sessions.end();
  }

  /**
   * A node of our account. Nothing is asked; keep the object: each has what it knows for itself.
   * @throws ConfigError for what cannot be.
   */
  node<C extends ElementClass>({ node, payload, maxItems = 'max' }: PrivateNodeInit<C>): PrivateNode<ViewIn<C>> {
    this.lifetime.throwIfAborted();
    const definition = definePubSubNode({
      node,
      payload,
      maxItems: this.#options.maxItems,
      sender: 'account',
      config: {
        accessModel: 'whitelist',
        persistItems: true,
        maxItems,
        sendLastPublishedItem: 'never',
        notifyRetract: true,
      },
    });
    return new PrivateNode<ViewIn<C>>(this.#host, definition, {
      onConflict: 'configure',
      maxBytes: this.#options.maxBytes,
    });
  }
}
