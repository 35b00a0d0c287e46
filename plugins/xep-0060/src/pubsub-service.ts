import type { JID, RequestOptions, XmlElement } from '@sestina/core';
import { definitionOf, type PubSubNodeDefinition, type PubSubPayload } from './definition.js';
import { PubSubError, PubSubLimitError } from './errors.js';
import type { ServiceAsker } from './host.js';
import { NS_PUBSUB } from './namespace.js';
import { configOf, type NodeConfig, submission } from './node-config.js';
import { OwnerDefault, PubSubOwnerElement } from './owner-stanza.js';
import { PubSubNode } from './pubsub-node.js';
import { Affiliations, Configure, Create, type NodeAffiliation, PubSubElement, Subscriptions } from './stanza.js';
import { type NodeSubscription, subscriptionIn } from './subscriptions.js';

/** A publish-subscribe service, or the personal eventing of an account. Made by `PubSub.service()`. */
export class PubSubServiceClient {
  readonly #asker: ServiceAsker;

  constructor(asker: ServiceAsker) {
    this.#asker = asker;
  }

  /** Its address; undefined for our own account. */
  get service(): JID | undefined {
    return this.#asker.service;
  }

  /**
   * A node, whose items are what its definition says; of a mere name, elements. Nothing is asked.
   * @throws ConfigError for no name.
   */
  node<T extends PubSubPayload = XmlElement>(node: PubSubNodeDefinition<T> | string): PubSubNode<T> {
    return new PubSubNode<T>(this.#asker, definitionOf(node));
  }

  /** Creates a node that the service names. @throws PubSubError; what `request()` of the connection throws. */
  async createNode(config: NodeConfig = {}, options: RequestOptions = {}): Promise<PubSubNode<XmlElement>> {
    const isDefault = Object.keys(config).length === 0;
    const configure = isDefault ? undefined : new Configure({ form: submission('node_config', config) });
    const answer = await this.#asker.ask('set', new PubSubElement({ create: new Create(), configure }), options);
    const name = answer.payload(PubSubElement)?.create?.node;
    if (!name) throw new PubSubError('the service did not name the node', this.#asker.about());
    return this.node(name);
  }

  /**
   * The names of its nodes, as it tells us of them.
   * @throws TooManyItemsError of service discovery; what `ServiceDiscovery.items()` throws.
   */
  async nodes(options: RequestOptions = {}): Promise<readonly string[]> {
    const { disco, xmpp, untilRemoved, maxItems } = this.#asker.host;
    const to = this.service ?? xmpp.account;
    const items = await untilRemoved(options.signal, (signal) =>
      disco.items(to, { ...options, signal, from: this.#asker.from, limit: maxItems }),
    );
    return items.flatMap(({ node }) => node ?? []);
  }

  /** What it can do, in the words of XEP-0060: `publish-options`. @throws what `ServiceDiscovery.info()` throws. */
  async features(options: RequestOptions = {}): Promise<ReadonlySet<string>> {
    const { disco, xmpp, untilRemoved } = this.#asker.host;
    const to = this.service ?? xmpp.account;
    const { features } = await untilRemoved(options.signal, (signal) =>
      disco.info(to, { ...options, signal, from: this.#asker.from }),
    );
    const prefix = `${NS_PUBSUB}#`;
    return new Set(features.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length)));
  }

  /** The settings that new nodes have. @throws PubSubError; what `request()` of the connection throws. */
  async defaults(options: RequestOptions = {}): Promise<NodeConfig> {
    const answer = await this.#asker.ask('get', new PubSubOwnerElement({ default: new OwnerDefault() }), options);
    const form = answer.payload(PubSubOwnerElement)?.default?.form;
    if (!form) throw new PubSubError('the service gave no form for the settings of new nodes', this.#asker.about());
    return configOf(form);
  }

  /** Our subscriptions to all of its nodes. @throws PubSubLimitError; PubSubError; what `request()` of the connection throws. */
  async mySubscriptions(options: RequestOptions = {}): Promise<readonly NodeSubscription[]> {
    const query = new PubSubElement({ subscriptions: new Subscriptions() });
    const found = subscriptionIn(await this.#asker.ask('get', query, options));
    this.#checkCount(found.length);
    return found;
  }

  /** What we are to its nodes. @throws as `mySubscriptions()`. */
  async myAffiliations(options: RequestOptions = {}): Promise<ReadonlyMap<string, NodeAffiliation>> {
    const query = new PubSubElement({ affiliations: new Affiliations() });
    const { affiliations } = (await this.#asker.ask('get', query, options)).payload(PubSubElement) ?? {};
    this.#checkCount(affiliations?.affiliations.length ?? 0);
    const found = new Map<string, NodeAffiliation>();
    for (const { node, affiliation } of affiliations?.affiliations ?? []) {
      if (node !== undefined && affiliation) found.set(node, affiliation);
    }
    return found;
  }

  #checkCount(count: number): void {
    const { maxItems } = this.#asker.host;
    if (count > maxItems) throw new PubSubLimitError(maxItems, this.#asker.about());
  }
}
