import { ConfigError, type ElementClass, type ElementView, isA, viewOf, XmlElement } from '@sestina/core';
import type { NodeConfig } from './node-config.js';

/** What items hold: an object of a class of elements, or an element where none is named. */
export type PubSubPayload = ElementView | XmlElement;

type ViewIn<C> = C extends { readonly prototype: infer V extends ElementView } ? V : never;

/** What is said of a node: its name, and what its items are. */
export interface PubSubNodeInit<C extends ElementClass> {
  /** The name of the node. */
  readonly node: string;
  /** The class of the payload of its items, or the classes. Of an item with anything else, `value` is undefined and `xml` has it. */
  readonly payload: C | readonly C[];
  /**
   * The id that an item is published under: one for all, so that there is one item at most, or what the payload says.
   * @default a random one
   */
  readonly itemId?: string | ((value: ViewIn<C>) => string) | undefined;
  /**
   * The settings that the node is to have: with `create()`, and wherever something is published.
   * @default those of the service
   */
  readonly config?: NodeConfig | undefined;
  /**
   * Items at most that one call reads.
   * @default the option `maxItems` of the plugin
   */
  readonly maxItems?: number | undefined;
  /**
   * Who may say something of it by personal eventing: `account` for what is ours alone, as bookmarks are.
   * @default 'contacts'
   */
  readonly sender?: 'account' | 'contacts' | undefined;
}

/** A node as an application or a plugin knows it; made by `definePubSubNode()`. */
export class PubSubNodeDefinition<T extends PubSubPayload = XmlElement> {
  readonly #classes: readonly ElementClass[] | undefined;
  readonly #itemId: string | ((value: never) => string) | undefined;
  /** The name of the node. */
  readonly node: string;
  readonly config: NodeConfig | undefined;
  readonly maxItems: number | undefined;
  readonly sender: 'account' | 'contacts';

  /** @internal Made by `definePubSubNode()` and `definitionOf()`. */
  constructor(init: Omit<PubSubNodeInit<ElementClass>, 'payload'>, classes?: readonly ElementClass[]) {
    const { node, itemId, config, maxItems, sender = 'contacts' } = init;
    if (typeof node !== 'string' || node === '') throw new ConfigError('node is the name of a node', 'node');
    if (maxItems !== undefined && !(maxItems >= 1)) {
      throw new ConfigError(`maxItems is a number from 1, got ${maxItems}`, 'maxItems');
    }
    this.node = node;
    this.#classes = classes;
    this.#itemId = itemId as string | ((value: never) => string) | undefined;
    this.config = config;
    this.maxItems = maxItems;
    this.sender = sender;
  }

  /** The id that a value is published under; undefined where any will do. */
  idOf(value: T): string | undefined {
    return typeof this.#itemId === 'function' ? this.#itemId(value as never) : this.#itemId;
  }

  /** The one id that all items have; undefined where each has its own. */
  get onlyId(): string | undefined {
    return typeof this.#itemId === 'string' ? this.#itemId : undefined;
  }

  /** The payload of an item as what it is known to be; undefined for anything else. */
  read(payload: XmlElement | undefined): T | undefined {
    if (!payload || !this.#classes) return payload as T | undefined;
    const cls = this.#classes.find((each) => isA(each, payload));
    return cls && (viewOf(cls, payload) as T);
  }
}

/**
 * Says what the items of a node are: `definePubSubNode({ node: NS_TUNE, payload: Tune, itemId: 'current' })`.
 * @throws ConfigError for what cannot be.
 */
export function definePubSubNode<C extends ElementClass>(init: PubSubNodeInit<C>): PubSubNodeDefinition<ViewIn<C>> {
  const { payload } = init;
  const classes = Array.isArray(payload) ? (payload as readonly C[]) : [payload as C];
  if (classes.length === 0 || classes.some((each) => typeof each?.tag !== 'string')) {
    throw new ConfigError('payload is a class of elements, or several', 'payload');
  }
  return new PubSubNodeDefinition<ViewIn<C>>(init as never, classes);
}

/** The definition; of a name, one whose items are elements. */
export function definitionOf<T extends PubSubPayload>(node: PubSubNodeDefinition<T> | string): PubSubNodeDefinition<T> {
  return typeof node === 'string' ? new PubSubNodeDefinition<T>({ node }) : node;
}

/** The element of a value. */
export function elementOf(value: PubSubPayload): XmlElement {
  return value instanceof XmlElement ? value : value.xml;
}
