/** XEP-0428: Fallback Indication, version 0.2.1. */
export { FallbackIndication } from './fallback-indication.js';
export { Fallback, FallbackBody, FallbackSubject, NS_FALLBACK } from './stanza.js';
