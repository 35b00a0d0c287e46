import { attr, bool, child, children, element, extend, int, jid, Message, oneOf, type XmlElement } from '@sestina/core';
import { Form } from '@sestina/xep-0004';
import { ResultSet } from '@sestina/xep-0059';
import { NS_PUBSUB, NS_PUBSUB_EVENT } from './namespace.js';

/** What a subscription is: refused or given up, waiting for the owner, in force, or waiting for its options. */
export type SubscriptionState = 'none' | 'pending' | 'subscribed' | 'unconfigured';
/** What somebody is to a node (XEP-0060 §4.1). */
export type NodeAffiliation = 'member' | 'none' | 'outcast' | 'owner' | 'publish-only' | 'publisher';

export const affiliation = attr(
  'affiliation',
  oneOf('owner', 'publisher', 'publish-only', 'member', 'outcast', 'none'),
).lenient();
export const subscriptionState = attr('subscription', oneOf('none', 'pending', 'subscribed', 'unconfigured')).lenient();

const node = attr('node');
const subid = attr('subid');
const address = attr('jid', jid).lenient();
const form = child(Form);

/** `<item/>`: what is published, under its id. */
export class Item extends element('item', NS_PUBSUB, {
  id: attr('id'),
  /** Who has published it, in words of the service or of the publisher. */
  publisher: attr('publisher', jid).lenient(),
}) {
  /** What is in it; of several elements the first. */
  get payload(): XmlElement | undefined {
    return this.xml.firstElement;
  }
}

/** `<create/>`: asks for a node; without a name, for one that the service names. */
export class Create extends element('create', NS_PUBSUB, { node }) {}
/** `<configure/>`: the settings of a node that is created. */
export class Configure extends element('configure', NS_PUBSUB, { form }) {}
/** `<items/>`: asks for items, or has them. */
export class Items extends element('items', NS_PUBSUB, {
  node,
  /** Only so many of the newest. */
  maxItems: attr('max_items', int(1)),
  subid,
  items: children(Item),
}) {}
/** `<publish/>`: what is to be published, or has been. */
export class Publish extends element('publish', NS_PUBSUB, { node, items: children(Item) }) {}
/** `<publish-options/>`: what the node has to be like. */
export class PublishOptionsElement extends element('publish-options', NS_PUBSUB, { form }) {}
/** `<retract/>`: takes items back. */
export class Retract extends element('retract', NS_PUBSUB, {
  node,
  /** Whether subscribers are told. */
  notify: attr('notify', bool),
  items: children(Item),
}) {}
/** `<subscribe/>`: asks for events. */
export class Subscribe extends element('subscribe', NS_PUBSUB, { node, jid: address }) {}
/** `<unsubscribe/>`: asks for no more events. */
export class Unsubscribe extends element('unsubscribe', NS_PUBSUB, { node, jid: address, subid }) {}
/** `<options/>`: how events are to be sent. */
export class Options extends element('options', NS_PUBSUB, { node, jid: address, subid, form }) {}
/** `<subscription/>`: a subscription of ours. */
export class Subscription extends element('subscription', NS_PUBSUB, {
  node,
  jid: address,
  subid,
  subscription: subscriptionState,
}) {}
/** `<subscriptions/>`: asks for ours, or has them. */
export class Subscriptions extends element('subscriptions', NS_PUBSUB, {
  node,
  subscriptions: children(Subscription),
}) {}
/** `<affiliation/>`: what we are to a node. */
export class Affiliation extends element('affiliation', NS_PUBSUB, { node, affiliation }) {}
/** `<affiliations/>`: asks what we are to nodes, or says it. */
export class Affiliations extends element('affiliations', NS_PUBSUB, { node, affiliations: children(Affiliation) }) {}

/** `<pubsub/>`: what publishers and subscribers ask, and the answers (XEP-0060 §5 to §7). */
export class PubSubElement extends element('pubsub', NS_PUBSUB, {
  create: child(Create),
  configure: child(Configure),
  items: child(Items),
  publish: child(Publish),
  publishOptions: child(PublishOptionsElement),
  retract: child(Retract),
  subscribe: child(Subscribe),
  unsubscribe: child(Unsubscribe),
  options: child(Options),
  subscription: child(Subscription),
  subscriptions: child(Subscriptions),
  affiliations: child(Affiliations),
  resultSet: child(ResultSet),
}) {}

/** `<item/>` of an event. */
export class EventItem extends element('item', NS_PUBSUB_EVENT, {
  id: attr('id'),
  publisher: attr('publisher', jid).lenient(),
}) {
  /** What is in it; undefined where the event only says that there is something new. */
  get payload(): XmlElement | undefined {
    return this.xml.firstElement;
  }
}
/** `<retract/>` of an event: that item is gone. */
export class EventRetract extends element('retract', NS_PUBSUB_EVENT, { id: attr('id') }) {}
/** `<items/>` of an event: what is new, and what is gone. */
export class EventItems extends element('items', NS_PUBSUB_EVENT, {
  node,
  items: children(EventItem),
  retracts: children(EventRetract),
}) {}
/** `<purge/>` of an event: all items are gone. */
export class EventPurge extends element('purge', NS_PUBSUB_EVENT, { node }) {}
/** `<redirect/>`: where a node is now. */
export class EventRedirect extends element('redirect', NS_PUBSUB_EVENT, { uri: attr('uri') }) {}
/** `<delete/>` of an event: the node is gone. */
export class EventDelete extends element('delete', NS_PUBSUB_EVENT, { node, redirect: child(EventRedirect) }) {}
/** `<configuration/>` of an event: the node has other settings. */
export class EventConfiguration extends element('configuration', NS_PUBSUB_EVENT, { node, form }) {}
/** `<subscription/>` of an event: a subscription of ours is another one. */
export class EventSubscription extends element('subscription', NS_PUBSUB_EVENT, {
  node,
  jid: address,
  subid,
  subscription: subscriptionState,
}) {}

/** `<event/>`: what a service tells of a node (XEP-0060 §7 and §8). */
export class PubSubEventElement extends element('event', NS_PUBSUB_EVENT, {
  items: child(EventItems),
  purge: child(EventPurge),
  delete: child(EventDelete),
  configuration: child(EventConfiguration),
  subscription: child(EventSubscription),
}) {}

declare module '@sestina/core' {
  interface Message {
    /** What a service tells of a node (XEP-0060), whoever says it: `PubSub` tells of what can be believed. */
    pubsubEvent: PubSubEventElement | undefined;
  }
}

extend(Message, { pubsubEvent: child(PubSubEventElement) }, NS_PUBSUB);
