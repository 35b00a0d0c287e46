import type { Iq, JID, RequestOptions } from '@sestina/core';
import { Form, FormField, type FormInput, fillIn } from '@sestina/xep-0004';
import { NS_PUBSUB } from './namespace.js';
import { Options, PubSubElement, type Subscription, type SubscriptionState } from './stanza.js';

/** A subscription of ours. */
export interface NodeSubscription {
  readonly node: string | undefined;
  /** Who has subscribed: where events go. */
  readonly jid: JID;
  readonly state: SubscriptionState;
  /** Which of several; undefined where there is one at most. */
  readonly subid: string | undefined;
}

/** How events are sent (XEP-0060 §16.4.2); any other setting goes by its `var`. */
export interface SubscriptionConfig {
  readonly deliver?: boolean | undefined;
  /** Whether events are gathered. */
  readonly digest?: boolean | undefined;
  /** Milliseconds for which they are. */
  readonly digestFrequency?: number | undefined;
  /** When the subscription ends, as a date of XEP-0082 or `presence`. */
  readonly expire?: string | undefined;
  /** Whether events have a body for people. */
  readonly includeBody?: boolean | undefined;
  readonly showValues?: readonly string[] | undefined;
  readonly subscriptionType?: 'items' | 'nodes' | undefined;
  readonly subscriptionDepth?: '1' | 'all' | undefined;
  readonly [setting: string]: FormInput | undefined;
}

/** Options of `subscribe()`. */
export interface SubscribeOptions extends RequestOptions {
  /**
   * The address that events are sent to.
   * @default our account; of a component, the address that asks
   */
  readonly jid?: JID | string | undefined;
  readonly options?: SubscriptionConfig | undefined;
}

const VARS: Readonly<Record<string, string>> = {
  deliver: 'pubsub#deliver',
  digest: 'pubsub#digest',
  digestFrequency: 'pubsub#digest_frequency',
  expire: 'pubsub#expire',
  includeBody: 'pubsub#include_body',
  showValues: 'pubsub#show-values',
  subscriptionDepth: 'pubsub#subscription_depth',
  subscriptionType: 'pubsub#subscription_type',
};

/** `<options/>` with these. */
export function subscriptionOptions(config: SubscriptionConfig): Options {
  const empty = new Form({ type: 'form' });
  empty.fields.add(new FormField({ var: 'FORM_TYPE', type: 'hidden', values: [`${NS_PUBSUB}#subscribe_options`] }));
  const answers = new Map<string, FormInput>();
  for (const [name, value] of Object.entries(config)) {
    if (value !== undefined) answers.set(Object.hasOwn(VARS, name) ? (VARS[name] ?? name) : name, value);
  }
  return new Options({ form: fillIn(empty, answers) });
}

/** What an element says; undefined where it says nothing that can be read. */
export function subscriptionOf({ node, jid, subid, subscription: state }: Subscription): NodeSubscription | undefined {
  return jid && state ? { node, jid, state, subid } : undefined;
}

/** The subscriptions of an answer. @param node What is meant where it is not said. */
export function subscriptionIn(answer: Iq, node?: string): readonly NodeSubscription[] {
  const found = answer.payload(PubSubElement)?.subscriptions;
  return [...(found?.subscriptions ?? [])].flatMap((each) => {
    const read = subscriptionOf(each);
    return read ? [{ ...read, node: read.node ?? found?.node ?? node }] : [];
  });
}
