/**
 * What a transport is made of: how bytes are framed and parsed, and what it tells.
 *
 * @module
 */

export {
  DEFAULT_LIMITS,
  DocumentParser,
  type Limits,
  limitsFrom,
  NS_STREAM,
  NS_STREAM_ERRORS,
  NS_XML,
  NS_XMLNS,
  type Parser,
  type ParserEvents,
  type ParserFactory,
  type SerializeOptions,
  type StreamHeader,
  serialize,
  type XmlCondition,
} from '@sestina/xml';
export { createSaxesParser } from '@sestina/xml/stream';
export { type DependencyContainer, lookUp, type Token } from './di/index.js';
export type { ConnectAttempt, TlsErrorReason } from './stream/connection-errors.js';
export { streamFraming } from './stream/framing.js';
export { checkHeader, type HeaderExpectation } from './stream/stream-header.js';
export {
  type ChannelBindingType,
  type Framing,
  type OpeningHeader,
  type Transport,
  type TransportEvents,
  TransportFactory,
  type TransportTarget,
} from './stream/transport.js';
export { TransportListener } from './stream/transport-listener.js';
