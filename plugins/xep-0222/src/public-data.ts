import { BaseXMPP, type ElementClass, type ElementView, JID, type RequestOptions } from '@sestina/core';
import { definePubSubNode, type NodeConfig, PubSub } from '@sestina/xep-0060';
import { PersonalEventing } from '@sestina/xep-0163';
import { StoredData, StoredNode, type StoredNodeHost, type ViewIn, WritableNode } from '@sestina/xep-0223';

/** Who may read a node. */
export type PublicAccess = 'open' | 'presence' | 'roster' | 'whitelist';

/** What is said of a node of public data. */
export interface PublicNodeInit<C extends ElementClass> {
  readonly node: string;
  /** The class of what is stored. */
  readonly payload: C;
  /**
   * Who may read it: those who see our presence, everybody, the contacts of `groups`, or whom we have made members.
   * @default 'presence'
   */
  readonly access?: PublicAccess | undefined;
  /** The groups of our roster that may read it, with `access: 'roster'`. */
  readonly groups?: readonly string[] | undefined;
  /**
   * Items that the server keeps at most.
   * @default 'max'
   */
  readonly maxItems?: number | 'max' | undefined;
}

/** Options of `PublicData`. */
export class PublicDataOptions {
  /**
   * Items of a node of ours that are read and kept at most.
   * @default 10_000
   */
  maxItems = 10_000;
  /**
   * Items of a node of somebody else that are read and kept at most.
   * @default 100
   */
  maxItemsOfOthers = 100;
  /**
   * Bytes of memory that the items of one node may take, estimated.
   * @default 8_388_608
   */
  maxBytes = 8_388_608;
}

/** A node of our account, which others read. What is written goes nowhere while it is for others than it should be, until `setAccess()`. */
export class PublicNode<T extends ElementView> extends WritableNode<T> {
  readonly #of: (owner: JID) => StoredNode<T>;

  constructor(
    host: StoredNodeHost,
    definition: ConstructorParameters<typeof StoredNode<T>>[1],
    options: ConstructorParameters<typeof StoredNode<T>>[2],
    of: (owner: JID) => StoredNode<T>,
  ) {
    super(host, definition, options);
    this.#of = of;
  }

  /** Who may read it, as the server says; undefined where there is no such setting. @throws NodeNotFoundError; as `clear()`. */
  async access(options: RequestOptions = {}): Promise<string | undefined> {
    return (await this.node.config(options)).accessModel;
  }

  /** Changes who may read it to what was said when it was made. @throws as `access()`. */
  async setAccess(options: RequestOptions = {}): Promise<void> {
    const { accessModel, rosterGroups } = this.definition.config ?? {};
    await this.node.configure({ accessModel, rosterGroups }, options);
  }

  /**
   * The same node of somebody else, to be read and watched. What it has is said by that account, and by nobody else.
   * @throws JidError for what is no address.
   */
  of(owner: JID | string): StoredNode<T> {
    return this.#of(JID.from(owner).bare);
  }
}

/** XEP-0222: Persistent Storage of Public Data via PubSub, version 1.0. Keeps data at the server, for others to read. */
export class PublicData extends StoredData {
  static override readonly id = 'xep-0222';
  static override readonly Options = PublicDataOptions;
  static override readonly inject = [BaseXMPP, PublicDataOptions, PubSub, PersonalEventing] as const;
  readonly #options: PublicDataOptions;

  /** @throws ConfigError for a bound that is no number from 1. */
  constructor(xmpp: BaseXMPP, options: PublicDataOptions, pubsub: PubSub, eventing: PersonalEventing) {
    super(xmpp, { ...options }, pubsub, eventing);
    this.#options = options;
  }

  /**
   * A node of our account. Nothing is asked; keep the object: each has what it knows for itself.
   * @throws ConfigError for what cannot be.
   */
  node<C extends ElementClass>(init: PublicNodeInit<C>): PublicNode<ViewIn<C>> {
    this.lifetime.throwIfAborted();
    const { node, payload, access = 'presence', groups, maxItems = 'max' } = init;
    const { maxItems: most, maxItemsOfOthers, maxBytes } = this.#options;
    const config: NodeConfig = {
      accessModel: access,
      rosterGroups: groups,
      persistItems: true,
      maxItems,
      sendLastPublishedItem: 'never',
    };
    const of = (owner: JID): StoredNode<ViewIn<C>> => {
      const theirs = definePubSubNode({ node, payload, maxItems: maxItemsOfOthers });
      return new StoredNode(this.host, theirs, { owner, onConflict: 'fail', maxBytes });
    };
    const definition = definePubSubNode({ node, payload, maxItems: most, config });
    return new PublicNode<ViewIn<C>>(this.host, definition, { onConflict: 'fail', maxBytes }, of);
  }
}
