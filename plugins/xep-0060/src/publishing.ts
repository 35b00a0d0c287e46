import type { RequestOptions, XmlElement } from '@sestina/core';
import type { PubSubPayload } from './definition.js';
import {
  NodeNotFoundError,
  PayloadTooLargeError,
  PreconditionNotMetError,
  PublishOptionsUnsupportedError,
  PubSubError,
  PubSubUnsupportedError,
} from './errors.js';
import { exceeds } from './event-reading.js';
import type { ServiceAsker } from './host.js';
import { isAboutValues, type ManagedNode } from './managed-node.js';
import { type NodeConfig, submission } from './node-config.js';
import { Item, Publish, PublishOptionsElement, PubSubElement } from './stanza.js';

/** Options of `publish()`. */
export interface PublishOptions extends RequestOptions {
  /**
   * The id of the item; what has the id already is replaced. Give the same again where you try again after the session was lost.
   * @default what the definition of the node says, else a random one
   */
  readonly id?: string | undefined;
  /**
   * The settings that the node has to have, else nothing is published; a new node gets them.
   * @default those of the definition
   */
  readonly options?: NodeConfig | undefined;
  /**
   * What to do where the node has other settings. `fail` rejects with a PreconditionNotMetError; `configure` changes them, which only
   * its owner may, and publishes again, once; `ignore` publishes whatever they are, also to more people than was meant. What a service
   * does not take with an item, but for who may read it and whether it is kept, is set with `configure`, and left out else.
   * @default 'fail'
   */
  readonly onConflict?: 'configure' | 'fail' | 'ignore' | undefined;
}

/** The settings that say who reads it, and that all services know. */
const ESSENTIAL: ReadonlySet<string> = new Set(['accessModel', 'persistItems', 'rosterGroups']);

/** Publishes items to one node. */
export class Publishing {
  readonly #asker: ServiceAsker;
  readonly #node: ManagedNode<PubSubPayload>;

  constructor(asker: ServiceAsker, node: ManagedNode<PubSubPayload>) {
    this.#asker = asker;
    this.#node = node;
  }

  /** @returns the id, as the service has it. */
  async publish(payload: XmlElement | undefined, id: string | undefined, given: PublishOptions): Promise<string> {
    const { id: _id, options, onConflict = 'fail', ...request } = given;
    const { maxPayload } = this.#asker.host;
    if (payload && exceeds(payload, maxPayload)) throw new PayloadTooLargeError(maxPayload, this.#about(id));
    const send = (config: NodeConfig | undefined): Promise<string> => this.#send(payload, id, config, request);
    const wanted = await this.#preconditions(options ?? this.#node.definition.config, request);
    if (!wanted) return send(undefined);
    const isPlain = this.#asker.host.services.takesFew(this.#asker);
    try {
      if (isPlain && onConflict === 'configure') await this.#prepareOnce(wanted, request);
      return await send(isPlain ? essentials(wanted) : wanted);
    } catch (error) {
      if (!(error instanceof PubSubError)) throw error;
      if (error instanceof PreconditionNotMetError) {
        if (onConflict === 'fail') throw error;
        if (onConflict === 'ignore') return send(undefined);
        await this.#prepare(wanted, request);
        return send(essentials(wanted));
      }
      if (isPlain || !isAboutFields(error)) throw error;
    }
    // It does not take all of the settings with an item: those that say who reads it come with it, the rest before.
    if (onConflict === 'configure') await this.#prepareOnce(wanted, request);
    const published = await send(essentials(wanted));
    this.#asker.host.services.noteFew(this.#asker);
    return published;
  }

  async #send(
    payload: XmlElement | undefined,
    id: string | undefined,
    config: NodeConfig | undefined,
    request: RequestOptions,
  ): Promise<string> {
    const item = payload || id !== undefined ? new Item({ id }) : undefined;
    if (payload) item?.xml.append(payload.copy());
    const publish = new Publish({ node: this.#node.node, items: item ? [item] : [] });
    const publishOptions = config && new PublishOptionsElement({ form: submission('publish-options', config) });
    const query = new PubSubElement({ publish, publishOptions });
    const answer = await this.#asker.ask('set', query, request, this.#about(id));
    return answer.payload(PubSubElement)?.publish?.items.at(0)?.id ?? id ?? '';
  }

  /**
   * What is asked of the node, as far as the service looks at it.
   * @throws PublishOptionsUnsupportedError where it does not, and not everybody may read it.
   */
  async #preconditions(wanted: NodeConfig | undefined, request: RequestOptions): Promise<NodeConfig | undefined> {
    if (!wanted || Object.values(wanted).every((value) => value === undefined)) return undefined;
    if (await this.#asker.supports('publish-options', request)) return wanted;
    const { accessModel = 'open' } = wanted;
    if (accessModel === 'open' && wanted.rosterGroups === undefined) return undefined;
    throw new PublishOptionsUnsupportedError(this.#about());
  }

  async #prepareOnce(wanted: NodeConfig, request: RequestOptions): Promise<void> {
    const { services } = this.#asker.host;
    if (services.isPrepared(this.#asker, this.#node.node, wanted)) return;
    await this.#prepare(wanted, request);
    services.notePrepared(this.#asker, this.#node.node, wanted);
  }

  /** Makes the node what it has to be like, or makes it. */
  async #prepare(wanted: NodeConfig, request: RequestOptions): Promise<void> {
    try {
      await this.#node.adjust(wanted, ESSENTIAL, request);
    } catch (error) {
      if (!(error instanceof NodeNotFoundError)) throw error;
      await this.#create(wanted, request);
    }
  }

  /** Creates the node: where the service does not take all of it at once, first with what says who reads it. */
  async #create(wanted: NodeConfig, request: RequestOptions): Promise<void> {
    try {
      await this.#node.createWith(wanted, request);
    } catch (error) {
      if (!(error instanceof PubSubError) || !isAboutFields(error)) throw error;
      await this.#node.createWith(essentials(wanted), request);
      await this.#node.adjust(wanted, ESSENTIAL, request);
    }
  }

  #about(id?: string) {
    return this.#asker.about(this.#node.node, id);
  }
}

function essentials(config: NodeConfig): NodeConfig {
  return Object.fromEntries(Object.entries(config).filter(([name]) => ESSENTIAL.has(name)));
}

/** Whether a service does not take a setting with an item. */
function isAboutFields(error: PubSubError): boolean {
  return isAboutValues(error) || error instanceof PubSubUnsupportedError;
}
