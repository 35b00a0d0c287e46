/**
 * What a kind of connection is made of, such as a client or a component: links, negotiation, rosters, checked options.
 *
 * @module
 */

export { NS_CLIENT, NS_COMPONENT, NS_STANZA_ERRORS } from '@sestina/xml';
export { childContainer, lookUpAll } from './di/index.js';
export { JidParser } from './jid/jid-parser.js';
export { disposeAll } from './registration.js';
export type { SendingOwner, SendState } from './sending.js';
export type { LogFields } from './services/logger.js';
export { STANZA_ERROR_TYPES } from './stanza/error-conditions.js';
export type { PresenceShow, PresenceType } from './stanza/presence.js';
export { StreamFeatures } from './stanza/stream-features.js';
export type { ReconnectOptions } from './stream/backoff.js';
export type { KeepAliveOptions } from './stream/keep-alive.js';
export { Link } from './stream/link.js';
export type { LossReason } from './stream/link-errors.js';
export { OuterSending } from './stream/outer-sending.js';
export { SendQueue, type SendQueueOptions } from './stream/send-queue.js';
export type { SessionOutcome, StreamState } from './stream/session.js';
export type { StreamEvents } from './stream/stream-events.js';
export type { StreamOptions } from './stream/stream-options.js';
export { ERROR_RULES, type ErrorRule, type Failed, ruleFor, type Verdict, verdictOn } from './stream/verdicts.js';
export { XMLStream } from './stream/xml-stream.js';
export { PendingRequests } from './xmpp/iq/pending-requests.js';
export {
  type NegotiationContext,
  type NegotiationStep,
  STAGES,
  type Stage,
  type StepOutcome,
  StreamNegotiation,
} from './xmpp/negotiation/stream-negotiation.js';
export {
  audienceOption,
  booleanOption,
  checkOption,
  connectOptions,
  hasMethod,
  isObject,
  isOneOf,
  knownOptions,
  nestedOptions,
} from './xmpp/option-checks.js';
export type { ConnectionKind } from './xmpp/plugins/plugin.js';
export { PluginRegistry } from './xmpp/plugins/plugin-registry.js';
export { PresenceLedger } from './xmpp/presence/presence-ledger.js';
export type { RosterHost, RosterPolicies, SubscriptionPolicy, Tell } from './xmpp/presence/roster-host.js';
export {
  type ContactChanges,
  entryWeight,
  type RosterEntry,
  type Subscription,
  type SubscriptionType,
} from './xmpp/presence/roster-item.js';
export type { IqInit } from './xmpp/stanza-init.js';
export type { PresenceChange, RosterChange } from './xmpp/xmpp-events.js';
export { XMPP_OPTIONS } from './xmpp/xmpp-options.js';
