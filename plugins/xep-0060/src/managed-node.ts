import { JID, type RequestOptions } from '@sestina/core';
import type { Form } from '@sestina/xep-0004';
import { DiscoInfo } from '@sestina/xep-0030';
import type { PubSubNodeDefinition, PubSubPayload } from './definition.js';
import { type About, NodeExistsError, PubSubError, PubSubLimitError } from './errors.js';
import type { ServiceAsker } from './host.js';
import { configOf, differing, type NodeConfig, reconfigured, submission, varOf } from './node-config.js';
import {
  OwnerAffiliation,
  OwnerAffiliations,
  OwnerConfigure,
  OwnerDelete,
  OwnerPurge,
  OwnerRedirect,
  OwnerSubscription,
  OwnerSubscriptions,
  PubSubOwnerElement,
} from './owner-stanza.js';
import { Configure, Create, type NodeAffiliation, PubSubElement, type SubscriptionState } from './stanza.js';

/** Somebody who has subscribed to a node. */
export interface Subscriber {
  readonly jid: JID;
  readonly state: SubscriptionState;
  readonly subid: string | undefined;
}

/** Somebody who is something to a node. */
export interface Affiliate {
  readonly jid: JID;
  readonly affiliation: NodeAffiliation;
}

/** Tried in place of `max`, which older services refuse. */
const LARGE: readonly number[] = [10_000, 1_000, 256, 100];

/** A node, for its owner (XEP-0060 §8). */
export class ManagedNode<T extends PubSubPayload> {
  protected readonly asker: ServiceAsker;
  /** What is known of it. */
  readonly definition: PubSubNodeDefinition<T>;

  constructor(asker: ServiceAsker, definition: PubSubNodeDefinition<T>) {
    this.asker = asker;
    this.definition = definition;
  }

  /** The name of the node. */
  get node(): string {
    return this.definition.node;
  }

  protected get about(): About {
    return this.asker.about(this.node);
  }

  /**
   * Creates it, with the settings of its definition and these.
   * @throws NodeExistsError; any other PubSubError; what `request()` of the connection throws.
   */
  create(config: NodeConfig = {}, options: RequestOptions = {}): Promise<void> {
    return this.createWith({ ...this.definition.config, ...config }, options);
  }

  /** Creates it with these settings alone. @throws as `create()`. */
  async createWith(config: NodeConfig, options: RequestOptions = {}): Promise<void> {
    const isDefault = Object.values(config).every((value) => value === undefined);
    const configure = isDefault ? undefined : new Configure({ form: submission('node_config', config) });
    const create = new Create({ node: this.node });
    await this.asker.ask('set', new PubSubElement({ create, configure }), options, this.about);
  }

  /** Creates it where it is not there: true where that was so. An existing node keeps its settings. @throws as `create()`. */
  async getOrCreate(config: NodeConfig = {}, options: RequestOptions = {}): Promise<boolean> {
    try {
      await this.create(config, options);
      return true;
    } catch (error) {
      if (error instanceof NodeExistsError) return false;
      throw error;
    }
  }

  /** Deletes it. @param options `redirect`: where subscribers find it from now on, as a URI. @throws as `create()`. */
  async delete({
    redirect,
    ...options
  }: RequestOptions & { readonly redirect?: string | undefined } = {}): Promise<void> {
    const uri = redirect === undefined ? undefined : new OwnerRedirect({ uri: redirect });
    await this.#own(
      'set',
      new PubSubOwnerElement({ delete: new OwnerDelete({ node: this.node, redirect: uri }) }),
      options,
    );
  }

  /** Takes all items away. @throws as `create()`. */
  async purge(options: RequestOptions = {}): Promise<void> {
    await this.#own('set', new PubSubOwnerElement({ purge: new OwnerPurge({ node: this.node }) }), options);
  }

  /** Its settings. @throws as `create()`. */
  async config(options: RequestOptions = {}): Promise<NodeConfig> {
    return configOf(await this.configForm(options));
  }

  /** Its settings as the form in which the service gives them. @throws as `create()`. */
  async configForm(options: RequestOptions = {}): Promise<Form> {
    const { configure } = await this.#own(
      'get',
      new PubSubOwnerElement({ configure: new OwnerConfigure({ node: this.node }) }),
      options,
    );
    if (!configure?.form) throw new PubSubError('the service gave no form for its settings', this.about);
    return configure.form;
  }

  /**
   * Changes settings; all others stay as they are. Where a service does not know `max`, the largest number is set that it takes.
   * @throws UnknownNodeOptionError for a setting that the node does not have; as `create()`.
   */
  async configure(changes: NodeConfig, options: RequestOptions = {}): Promise<void> {
    await this.#change(await this.configForm(options), changes, options);
  }

  /** Changes what differs, but for what the node has no setting for. @param essential Those that it has to have. @throws as `configure()`. */
  async adjust(wanted: NodeConfig, essential: ReadonlySet<string>, options: RequestOptions): Promise<void> {
    const form = await this.configForm(options);
    const names = differing(form, wanted).filter((name) => essential.has(name) || form.field(varOf(name)));
    if (names.length === 0) return;
    await this.#change(form, Object.fromEntries(names.map((name) => [name, wanted[name]])), options);
  }

  /** Changes settings of a form that was read. @throws as `configure()`. */
  async #change(form: Form, changes: NodeConfig, options: RequestOptions): Promise<void> {
    const send = async (config: NodeConfig): Promise<void> => {
      const answer = reconfigured(form, config, this.about);
      await this.#own(
        'set',
        new PubSubOwnerElement({ configure: new OwnerConfigure({ node: this.node, form: answer }) }),
        options,
      );
    };
    const tries =
      changes.maxItems === 'max' ? [changes, ...LARGE.map((maxItems) => ({ ...changes, maxItems }))] : [changes];
    let refused: unknown;
    for (const config of tries) {
      try {
        await send(config);
        return;
      } catch (error) {
        if (!(error instanceof PubSubError) || !isAboutValues(error)) throw error;
        refused ??= error;
      }
    }
    throw refused;
  }

  /** What everybody may know of it: title, description, the namespace of its payloads. @throws as `create()`. */
  async metadata(options: RequestOptions = {}): Promise<NodeConfig> {
    const answer = await this.asker.ask('get', new DiscoInfo({ node: this.node }), options, this.about);
    const form = answer.payload(DiscoInfo)?.form('http://jabber.org/protocol/pubsub#meta-data');
    return form ? configOf(form) : {};
  }

  /** Who has subscribed. @throws as `create()`; PubSubLimitError. */
  async subscribers(options: RequestOptions = {}): Promise<readonly Subscriber[]> {
    const ask = new PubSubOwnerElement({ subscriptions: new OwnerSubscriptions({ node: this.node }) });
    const { subscriptions } = await this.#own('get', ask, options);
    this.checkCount(subscriptions?.subscriptions.length ?? 0);
    return [...(subscriptions?.subscriptions ?? [])].flatMap(({ jid, subid, subscription: state }) =>
      jid && state ? [{ jid, subid, state }] : [],
    );
  }

  /** Changes the subscriptions of these; `none` ends one. @throws as `create()`. */
  async setSubscribers(
    changes: Iterable<{
      readonly jid: JID | string;
      readonly state: SubscriptionState;
      readonly subid?: string | undefined;
    }>,
    options: RequestOptions = {},
  ): Promise<void> {
    const list = [...changes].map(
      ({ jid, state, subid }) => new OwnerSubscription({ jid: JID.from(jid), subscription: state, subid }),
    );
    await this.#own(
      'set',
      new PubSubOwnerElement({ subscriptions: new OwnerSubscriptions({ node: this.node, subscriptions: list }) }),
      options,
    );
  }

  /** Who is what to it. @throws as `subscribers()`. */
  async affiliates(options: RequestOptions = {}): Promise<readonly Affiliate[]> {
    const ask = new PubSubOwnerElement({ affiliations: new OwnerAffiliations({ node: this.node }) });
    const { affiliations } = await this.#own('get', ask, options);
    this.checkCount(affiliations?.affiliations.length ?? 0);
    return [...(affiliations?.affiliations ?? [])].flatMap(({ jid, affiliation }) =>
      jid && affiliation ? [{ jid, affiliation }] : [],
    );
  }

  /** Makes these something else to it; `none` takes it away. Nobody else is changed. @throws as `create()`. */
  async setAffiliates(
    changes: Iterable<{ readonly jid: JID | string; readonly affiliation: NodeAffiliation }>,
    options: RequestOptions = {},
  ): Promise<void> {
    const list = [...changes].map(({ jid, affiliation }) => new OwnerAffiliation({ jid: JID.from(jid), affiliation }));
    await this.#own(
      'set',
      new PubSubOwnerElement({ affiliations: new OwnerAffiliations({ node: this.node, affiliations: list }) }),
      options,
    );
  }

  /** @throws PubSubLimitError for more entries than are read. */
  protected checkCount(count: number): void {
    const { maxItems } = this.asker.host;
    if (count > maxItems) throw new PubSubLimitError(maxItems, this.about);
  }

  async #own(type: 'get' | 'set', what: PubSubOwnerElement, options: RequestOptions): Promise<PubSubOwnerElement> {
    const answer = await this.asker.ask(type, what, options, this.about);
    return answer.payload(PubSubOwnerElement) ?? new PubSubOwnerElement();
  }
}

/** Whether a value is refused, and not the change. */
export function isAboutValues({ condition }: PubSubError): boolean {
  return condition === 'bad-request' || condition === 'not-acceptable' || condition === 'resource-constraint';
}
