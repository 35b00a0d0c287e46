import './di/reflect.js';

export {
  ConfigError,
  parseDocument,
  ReadOnlyError,
  SerializeError,
  SestinaError,
  XmlElement,
  type XmlNode,
  XmlStreamError,
} from '@sestina/xml';
export { inject, provide } from './di/index.js';
export { BusyError, DisconnectedError, TimeoutError } from './errors.js';
export { escapeLocal, unescapeLocal } from './jid/escaping.js';
export { JID } from './jid/jid.js';
export { JidError } from './jid/jid-error.js';
export { Registration } from './registration.js';
export { QueueFullError, SendError, Sending, type SendOptions, StanzaTooLargeError } from './sending.js';
export { Clock, SystemClock, type Timer } from './services/clock.js';
export { ConsoleLogger, Logger, SilentLogger } from './services/logger.js';
export { Random, SystemRandom } from './services/random.js';
export { MemoryStorage, Storage } from './services/storage.js';
export { anyChild, child, choice, nameOf } from './stanza/child-fields.js';
export { base64, bool, type Codec, int, jid, oneOf, text } from './stanza/codec.js';
export { type DefinedClass, type ElementClass, ElementView, element, extend, isA, viewOf } from './stanza/element.js';
export { children, ElementList, type ListField } from './stanza/element-list.js';
export type { StanzaErrorCondition } from './stanza/error-conditions.js';
export {
  type Field,
  type FieldMap,
  type Fields,
  type Init,
  RequiredField,
  type Slot,
  ValueField,
} from './stanza/field.js';
export { attr, childText, childTexts, flag, ownText } from './stanza/fields.js';
export { Iq } from './stanza/iq.js';
export { LangMap, langMap, langText } from './stanza/lang.js';
export { Message, type MessageContext, type MessageSources } from './stanza/message.js';
export { parseStanza } from './stanza/parse-stanza.js';
export { Presence } from './stanza/presence.js';
export { declareSecret } from './stanza/secrets.js';
export { Stanza } from './stanza/stanza.js';
export { ErrorElement, StanzaError } from './stanza/stanza-error.js';
export { StreamError, type StreamErrorCondition } from './stanza/stream-error.js';
export { date, dateTime, time, timeZone } from './stanza/time-codecs.js';
export { StanzaValueError } from './stanza/value-error.js';
export { xml } from './stanza/xml.js';
export { ConnectError, DnsError, TlsError, TlsInjectionError } from './stream/connection-errors.js';
export { consoleTracer } from './stream/console-tracer.js';
export { Emitter } from './stream/emitter.js';
export {
  ConnectionLostError,
  NegotiationError,
  NoSessionError,
  NotXmppError,
  ReceiveLimitError,
  RedirectError,
  TlsRequiredError,
} from './stream/link-errors.js';
export { Tracer } from './stream/tracer.js';
export type { AddressNode } from './xmpp/address-node.js';
export type { Audience } from './xmpp/audience.js';
export { BaseXMPP } from './xmpp/base-xmpp.js';
export type { AskOptions } from './xmpp/iq/outgoing.js';
export { type RequestOptions, SessionLostError } from './xmpp/iq/pending-requests.js';
export { declarePlacement } from './xmpp/messages/placement.js';
export { Plugin, type PluginClass } from './xmpp/plugins/plugin.js';
export { PluginError } from './xmpp/plugins/plugin-error.js';
export type { ResourcePresence } from './xmpp/presence/kept-presence.js';
export { Roster } from './xmpp/presence/roster.js';
export { RosterItem } from './xmpp/presence/roster-item.js';
export { RosterNode } from './xmpp/presence/roster-node.js';
export type { MessageInit, PresenceInit } from './xmpp/stanza-init.js';
export type { XMPPEvents } from './xmpp/xmpp-events.js';
export type { XMPPOptions } from './xmpp/xmpp-options.js';
