import { attr, child, children, element, jid } from '@sestina/core';
import { Form } from '@sestina/xep-0004';
import { NS_PUBSUB_OWNER } from './namespace.js';
import { affiliation, subscriptionState } from './stanza.js';

const node = attr('node');
const form = child(Form);
const address = attr('jid', jid).lenient();

/** `<configure/>`: the settings of a node. */
export class OwnerConfigure extends element('configure', NS_PUBSUB_OWNER, { node, form }) {}
/** `<default/>`: the settings that new nodes have. */
export class OwnerDefault extends element('default', NS_PUBSUB_OWNER, { form }) {}
/** `<redirect/>`: where a node will be. */
export class OwnerRedirect extends element('redirect', NS_PUBSUB_OWNER, { uri: attr('uri') }) {}
/** `<delete/>`: takes a node away. */
export class OwnerDelete extends element('delete', NS_PUBSUB_OWNER, { node, redirect: child(OwnerRedirect) }) {}
/** `<purge/>`: takes all items away. */
export class OwnerPurge extends element('purge', NS_PUBSUB_OWNER, { node }) {}
/** `<subscription/>`: that of somebody. */
export class OwnerSubscription extends element('subscription', NS_PUBSUB_OWNER, {
  jid: address,
  subid: attr('subid'),
  subscription: subscriptionState,
}) {}
/** `<subscriptions/>`: who has subscribed to a node. */
export class OwnerSubscriptions extends element('subscriptions', NS_PUBSUB_OWNER, {
  node,
  subscriptions: children(OwnerSubscription),
}) {}
/** `<affiliation/>`: that of somebody. */
export class OwnerAffiliation extends element('affiliation', NS_PUBSUB_OWNER, { jid: address, affiliation }) {}
/** `<affiliations/>`: who is what to a node. */
export class OwnerAffiliations extends element('affiliations', NS_PUBSUB_OWNER, {
  node,
  affiliations: children(OwnerAffiliation),
}) {}

/** `<pubsub/>` of owners: what they ask, and the answers (XEP-0060 §8). */
export class PubSubOwnerElement extends element('pubsub', NS_PUBSUB_OWNER, {
  configure: child(OwnerConfigure),
  default: child(OwnerDefault),
  delete: child(OwnerDelete),
  purge: child(OwnerPurge),
  subscriptions: child(OwnerSubscriptions),
  affiliations: child(OwnerAffiliations),
}) {}
