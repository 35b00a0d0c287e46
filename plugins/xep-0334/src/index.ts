/** XEP-0334: Message Processing Hints, version 1.0.0. */
export { MessageHints, MessageHintsOptions } from './message-hints.js';
export { type Hint, NS_HINTS } from './stanza.js';
