/** XEP-0060: Publish-Subscribe, version 1.30.0, the asking side. */
export { definePubSubNode, PubSubNodeDefinition, type PubSubNodeInit, type PubSubPayload } from './definition.js';
export {
  ItemNotFoundError,
  NodeExistsError,
  NodeForbiddenError,
  NodeNotFoundError,
  PayloadTooLargeError,
  PreconditionNotMetError,
  PublishOptionsUnsupportedError,
  PubSubError,
  PubSubLimitError,
  PubSubUnsupportedError,
  UnknownNodeOptionError,
} from './errors.js';
export type { NodeListener } from './event-router.js';
export type {
  ConfiguredEvent,
  DeletedEvent,
  NodeEvent,
  NodeEvents,
  PublishedEvent,
  PubSubItem,
  PurgedEvent,
  RetractedEvent,
  SubscriptionEvent,
} from './events.js';
export type { Affiliate, Subscriber } from './managed-node.js';
export { NS_PUBSUB, NS_PUBSUB_ERRORS, NS_PUBSUB_EVENT, NS_PUBSUB_OWNER } from './namespace.js';
export type { NodeConfig } from './node-config.js';
export type { PublishOptions } from './publishing.js';
export { PubSub, PubSubOptions } from './pubsub.js';
export { type ItemsOptions, PubSubNode } from './pubsub-node.js';
export { PubSubServiceClient } from './pubsub-service.js';
export type { PubSubRequest } from './requests.js';
export { type NodeAffiliation, PubSubElement, PubSubEventElement, type SubscriptionState } from './stanza.js';
export type { NodeSubscription, SubscribeOptions, SubscriptionConfig } from './subscriptions.js';
