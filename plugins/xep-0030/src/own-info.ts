import { type AddressNode, ConfigError, JID, Registration, StanzaError } from '@sestina/core';
import { AddressNodeMap, type DataProviders, defineDataKind } from '@sestina/core/handlers';
import type { Form } from '@sestina/xep-0004';
import { DiscoInfo, DiscoItem, DiscoItems, Identity, NS_DISCO_INFO, NS_DISCO_ITEMS } from './stanza.js';

/** What kind of thing an entity is. */
export interface IdentityInit {
  readonly category: string;
  readonly type: string;
  readonly name?: string | undefined;
  /**
   * The language of the name. Without one, some who hash what we are (XEP-0115) take that of the stanza, and others none.
   * @default 'en' where there is a name
   */
  readonly lang?: string | undefined;
}

/** Something that belongs to one of our addresses. */
export interface ItemInit {
  readonly jid: JID | string;
  readonly node?: string | undefined;
  readonly name?: string | undefined;
}

/** A question about us. */
export interface DiscoRequest {
  /** The address that is asked; undefined where the stanza did not say. */
  readonly to: JID | undefined;
  /** Who asks; undefined where it is the server, or this program itself. */
  readonly from: JID | undefined;
  readonly node: string | undefined;
}

/** Answers a question; undefined leaves it to the next, throwing a `StanzaError` refuses it. */
export type InfoHandler = (request: DiscoRequest) => DiscoInfo | undefined | Promise<DiscoInfo | undefined>;
/** The same for items. */
export type ItemsHandler = (
  request: DiscoRequest,
) => Iterable<ItemInit> | undefined | Promise<Iterable<ItemInit> | undefined>;

/** Asked of `xmpp.api` at each question what we are and can do; `answerInfo()` registers answers. */
export const ownDiscoInfo = defineDataKind<DiscoRequest, DiscoInfo>('disco#info');
/** The same for what belongs to us. */
export const ownDiscoItems = defineDataKind<DiscoRequest, Iterable<ItemInit>>('disco#items');

interface Contribution {
  readonly identity?: IdentityInit;
  readonly feature?: string;
  readonly item?: ItemInit;
  readonly form?: () => Form;
}

/** What we tell of ourselves: by address and node, as data or by asking a handler. */
export class OwnInfo {
  readonly #features: Iterable<string>;
  readonly #identities: readonly IdentityInit[];
  readonly #changed: (place: AddressNode) => void;
  readonly #contributions = new AddressNodeMap<Contribution>();
  readonly #api: DataProviders;

  constructor(
    api: DataProviders,
    features: Iterable<string>,
    identities: readonly IdentityInit[],
    changed: (place: AddressNode) => void,
  ) {
    this.#api = api;
    this.#features = features;
    for (const identity of identities) checkIdentity(identity);
    this.#identities = identities;
    this.#changed = changed;
  }

  /** @throws ConfigError for an identity that has a `<`. */
  add(contribution: Contribution, place: AddressNode): Registration {
    if (contribution.identity) checkIdentity(contribution.identity);
    return this.#noted(place, this.#contributions.add(place, contribution));
  }

  answerInfo(handler: InfoHandler, place: AddressNode): Registration {
    return this.#noted(
      place,
      this.#api.register(ownDiscoInfo, ({ request }) => handler(request), place),
    );
  }

  answerItems(handler: ItemsHandler, place: AddressNode): Registration {
    return this.#api.register(ownDiscoItems, ({ request }) => handler(request), place);
  }

  /** @throws StanzaError `item-not-found` for a node that nobody knows. */
  async info(request: DiscoRequest): Promise<DiscoInfo> {
    const { to, from, node } = request;
    const answer = await this.#api.ask(ownDiscoInfo, { jid: to, node, from, request });
    if (answer) return mirrored(answer, node);
    const info = this.data(to, node);
    if (!info) throw new StanzaError('item-not-found');
    return info;
  }

  async items(request: DiscoRequest): Promise<DiscoItems> {
    const { to, from, node } = request;
    const answer = await this.#api.ask(ownDiscoItems, { jid: to, node, from, request });
    if (answer) return itemsOf(answer, node);
    const contributions = [...this.#contributions.levels(to, node || undefined)].flat();
    if (node && contributions.length === 0) {
      // A node that only a handler knows has no items; one that nobody knows is refused here.
      await this.info(request);
    }
    const items = contributions.flatMap(({ item }) => (item ? [item] : []));
    return itemsOf(items, node);
  }

  /** The answer from data alone, without the handlers; undefined for a node of which there is none. */
  data(to: JID | undefined, node: string | undefined): DiscoInfo | undefined {
    const levels = [...this.#contributions.levels(to, node || undefined)];
    if (node && levels.length === 0) return undefined;
    const all = levels.flat();
    const features = new Set([NS_DISCO_INFO]);
    if (!node) for (const feature of [NS_DISCO_ITEMS, ...this.#features]) features.add(feature);
    for (const { feature } of all) if (feature !== undefined) features.add(feature);
    const [identities = this.#identities] = levels
      .map((level) => level.flatMap(({ identity }) => (identity ? [identity] : [])))
      .filter((level) => level.length > 0);
    const isBranch = node && identities === this.#identities && all.some(({ item }) => item);
    return new DiscoInfo({
      node,
      identities: (isBranch ? BRANCH : identities).map(
        ({ lang, ...identity }) => new Identity({ ...identity, lang: lang ?? (identity.name && 'en') }),
      ),
      features: [...features],
      forms: all.flatMap(({ form }) => (form ? [form().copy()] : [])),
    });
  }

  #noted(place: AddressNode, registration: Registration): Registration {
    this.#changed(place);
    return new Registration(() => {
      registration.dispose();
      this.#changed(place);
    });
  }
}

/** Whoever hashes what we are puts a `<` between the parts (XEP-0115 §5.1), and would have to refuse one within. */
function checkIdentity({ category, type, name, lang }: IdentityInit): void {
  const odd = [category, type, name, lang].find((part) => part?.includes('<'));
  if (odd !== undefined)
    throw new ConfigError(`an identity has no "<" in it, which XEP-0115 cannot hash: "${odd}"`, 'identities');
}

/** XEP-0030 §4.3: a node that has nodes below it. */
const BRANCH: readonly IdentityInit[] = [{ category: 'hierarchy', type: 'branch' }];

/** A copy with the node that was asked for, as XEP-0030 §3.2 demands, and the one feature that everybody has. */
function mirrored(answer: DiscoInfo, node: string | undefined): DiscoInfo {
  const copy = answer.copy();
  copy.node = node;
  const { features } = copy;
  if (!features.includes(NS_DISCO_INFO)) copy.features = [NS_DISCO_INFO, ...features];
  return copy;
}

function itemsOf(items: Iterable<ItemInit>, node: string | undefined): DiscoItems {
  const all = [...items].map((item) => new DiscoItem({ jid: JID.from(item.jid), node: item.node, name: item.name }));
  return new DiscoItems({ node, items: all });
}
