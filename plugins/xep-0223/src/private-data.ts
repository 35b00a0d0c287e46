import { BaseXMPP, type ElementClass, type ElementView } from '@sestina/core';
import { definePubSubNode, PubSub } from '@sestina/xep-0060';
import { PersonalEventing } from '@sestina/xep-0163';
import { StoredData, type ViewIn } from './stored-data.js';
import { WritableNode } from './writable-node.js';

/** What is said of a node of private data. */
export interface PrivateNodeInit<C extends ElementClass> {
  readonly node: string;
  /** The class of what is stored, or the classes. */
  readonly payload: C | readonly C[];
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

/** A node of our account, which nobody else reads. */
export class PrivateNode<T extends ElementView> extends WritableNode<T> {}

/** XEP-0223: Persistent Storage of Private Data via PubSub, version 1.1.1. Keeps data at the server, for the devices of our account alone. */
export class PrivateData extends StoredData {
  static override readonly id = 'xep-0223';
  static override readonly Options = PrivateDataOptions;
  static override readonly inject = [BaseXMPP, PrivateDataOptions, PubSub, PersonalEventing] as const;
  readonly #options: PrivateDataOptions;

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(xmpp: BaseXMPP, options: PrivateDataOptions, pubsub: PubSub, eventing: PersonalEventing) {
    super(xmpp, { ...options }, pubsub, eventing);
    this.#options = options;
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
    return new PrivateNode<ViewIn<C>>(this.host, definition, {
      onConflict: 'configure',
      maxBytes: this.#options.maxBytes,
    });
  }
}
