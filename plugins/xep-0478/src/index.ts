/** XEP-0478: Stream Limits Advertisement, version 0.2.0. */
export { LimitsFeature, NS_LIMITS } from './stanza.js';
export { type Limits, StreamLimits, StreamLimitsOptions } from './stream-limits.js';
