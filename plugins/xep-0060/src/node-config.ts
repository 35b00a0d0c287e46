import { type Form, Form as FormElement, FormField, type FormInput, fillIn } from '@sestina/xep-0004';
import { type About, UnknownNodeOptionError } from './errors.js';
import { NS_PUBSUB } from './namespace.js';

const PREFIX = 'pubsub#';

/** The registered settings, by the names that they have here (XEP-0060 §16.4.4). */
const VARS = {
  accessModel: 'access_model',
  children: 'children',
  collection: 'collection',
  contact: 'contact',
  deliverNotifications: 'deliver_notifications',
  deliverPayloads: 'deliver_payloads',
  description: 'description',
  itemExpire: 'item_expire',
  itemReply: 'itemreply',
  language: 'language',
  maxItems: 'max_items',
  maxPayloadSize: 'max_payload_size',
  nodeType: 'node_type',
  notificationType: 'notification_type',
  notifyConfig: 'notify_config',
  notifyDelete: 'notify_delete',
  notifyRetract: 'notify_retract',
  notifySubscriptions: 'notify_sub',
  persistItems: 'persist_items',
  presenceBasedDelivery: 'presence_based_delivery',
  publishModel: 'publish_model',
  purgeOffline: 'purge_offline',
  rosterGroups: 'roster_groups_allowed',
  sendLastPublishedItem: 'send_last_published_item',
  subscribe: 'subscribe',
  title: 'title',
  type: 'type',
} as const satisfies Record<string, string>;

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(VARS).map(([name, word]) => [PREFIX + word, name]));
const NUMBERS: ReadonlySet<string> = new Set(['itemExpire', 'maxItems', 'maxPayloadSize']);
const LISTS: ReadonlySet<string> = new Set(['children', 'contact', 'rosterGroups']);

/** Settings of a node. What is left out stays as it is; any other setting goes by the `var` that the node's form has for it. */
export interface NodeConfig {
  /** Who may read and subscribe. */
  readonly accessModel?: 'authorize' | 'open' | 'presence' | 'roster' | 'whitelist' | undefined;
  /** Who may publish. */
  readonly publishModel?: 'open' | 'publishers' | 'subscribers' | undefined;
  /** The groups of the owner's roster that may read, with `accessModel: 'roster'`. */
  readonly rosterGroups?: readonly string[] | undefined;
  /** Whether items are kept. */
  readonly persistItems?: boolean | undefined;
  /** Items that are kept at most: the oldest goes where there is one more. */
  readonly maxItems?: number | 'max' | undefined;
  /** Seconds after which an item goes. */
  readonly itemExpire?: number | 'max' | undefined;
  /** Bytes that the payload of an item may have. */
  readonly maxPayloadSize?: number | undefined;
  /** When the newest item is sent by itself. */
  readonly sendLastPublishedItem?: 'never' | 'on_sub' | 'on_sub_and_presence' | undefined;
  readonly deliverNotifications?: boolean | undefined;
  /** Whether events have the payload. */
  readonly deliverPayloads?: boolean | undefined;
  readonly notifyConfig?: boolean | undefined;
  readonly notifyDelete?: boolean | undefined;
  readonly notifyRetract?: boolean | undefined;
  readonly notifySubscriptions?: boolean | undefined;
  readonly notificationType?: 'chat' | 'headline' | 'normal' | undefined;
  readonly presenceBasedDelivery?: boolean | undefined;
  readonly purgeOffline?: boolean | undefined;
  /** Whether the service has a `publisher` in its items. */
  readonly itemReply?: 'none' | 'owner' | 'publisher' | undefined;
  /** For people. */
  readonly title?: string | undefined;
  /** For people. */
  readonly description?: string | undefined;
  readonly language?: string | undefined;
  /** The namespace of the payloads. */
  readonly type?: string | undefined;
  readonly [setting: string]: FormInput | undefined;
}

/** The `var` of a setting. */
export function varOf(name: string): string {
  return Object.hasOwn(VARS, name) ? PREFIX + VARS[name as keyof typeof VARS] : name;
}

/** Which form a submission is of. */
export type ConfigForm = 'meta-data' | 'node_config' | 'publish-options' | 'subscribe_options';

/** A form of that type with these settings. */
export function submission(type: ConfigForm, config: NodeConfig): Form {
  const empty = new FormElement({ type: 'form' });
  empty.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [`${NS_PUBSUB}#${type}`] }));
  return fillIn(empty, answersOf(config));
}

function answersOf(config: NodeConfig): Map<string, FormInput> {
  const answers = new Map<string, FormInput>();
  for (const [name, value] of Object.entries(config)) if (value !== undefined) answers.set(varOf(name), value);
  return answers;
}

/**
 * The answer to a node's form: these settings, what is hidden or required, and nothing else, so that the rest stays.
 * @throws UnknownNodeOptionError for a setting that the node does not have.
 */
export function reconfigured(form: Form, config: NodeConfig, about: About): Form {
  const offered = new Set<string>();
  for (const { var: name, type } of form.fields) if (name !== undefined && type !== 'fixed') offered.add(name);
  for (const [name, value] of Object.entries(config)) {
    if (value === undefined || offered.has(varOf(name))) continue;
    const all = [...offered].filter((each) => each !== 'FORM_TYPE');
    throw new UnknownNodeOptionError(name, all, about);
  }
  return fillIn(form, answersOf(config), { presets: false });
}

/** What a form says, by the names that settings have here. */
export function configOf(form: Form): NodeConfig {
  const config: Record<string, FormInput> = {};
  for (const field of form.fields) {
    const { var: key, type, value, values } = field;
    if (key === undefined || key === 'FORM_TYPE' || type === 'fixed' || value === undefined) continue;
    const name = NAMES.get(key) ?? key;
    if (type === 'boolean') config[name] = value === '1' || value === 'true';
    else if (NUMBERS.has(name) && /^\d{1,15}$/.test(value)) config[name] = Number(value);
    else config[name] = LISTS.has(name) || type === 'list-multi' || type === 'jid-multi' ? values : values.join('\n');
  }
  return config;
}

/** Those of the settings that a node is not like, as its form has it: also those that it does not have. */
export function differing(form: Form, config: NodeConfig): string[] {
  const wanted = submission('node_config', config);
  const isTrue = (text: string): string => (text === 'true' ? '1' : text === 'false' ? '0' : text);
  return Object.keys(config).filter((name) => {
    if (config[name] === undefined) return false;
    const [is, should] = [form, wanted].map((each) => each.field(varOf(name))?.values.map(isTrue).join('\n'));
    return is !== should;
  });
}
