/**
 * Who takes stanzas as they come over the wire: matchers, handlers, waiters, collectors, and who answers.
 *
 * @module
 */
export type { Author, MessageClass, MessageSource } from './stanza/message.js';
export type { Listener, ListenerOptions } from './stream/events.js';
export type { Filter } from './stream/filters.js';
export {
  Callback,
  type CallbackOptions,
  Collector,
  type Handler,
  Waiter,
  type WaitOptions,
} from './stream/handlers.js';
export {
  type Matcher,
  type MatcherKeys,
  MatchId,
  MatchIdSender,
  MatchMany,
  MatchPath,
  MatchPayload,
  MatchXMLMask,
  MatchXPath,
} from './stream/matchers.js';
export { AddressNodeMap } from './xmpp/address-node.js';
export {
  type DataKind,
  type DataProvider,
  DataProviders,
  type DataRequest,
  defineDataKind,
} from './xmpp/data-providers.js';
export { type Collected, type CollectOptions, TooManyAnswersError } from './xmpp/iq/collecting.js';
export type { IqAnswer, IqHandler, IqHandlerOptions, IqLimits } from './xmpp/iq/iq-handlers.js';
export type { AnswerOf } from './xmpp/iq/outgoing.js';
export type {
  ListenFrom,
  ListenOptions,
  MessageListenOptions,
  PayloadOf,
  PresenceListenOptions,
} from './xmpp/listeners.js';
export { Messages } from './xmpp/messages/messages.js';
export type { Placement } from './xmpp/messages/placement.js';
export type { Classify, Decorate, Describe, Unwrap, Unwrapped } from './xmpp/messages/steps.js';
export type { Transform, TransformOptions } from './xmpp/messages/transforms.js';
export type { Claim, ClaimKind, ClaimOptions } from './xmpp/presence/claims.js';
export type { PresenceDecorator, PresencePurpose } from './xmpp/presence/outgoing-presence.js';
export type { PresenceBroadcast } from './xmpp/xmpp-events.js';
