/** XEP-0425: Moderated Message Retraction, version 0.3.0. */
export { type MessageModerated, MessageModeration } from './message-moderation.js';
export { LegacyModerate, LegacyModerated, Moderate, Moderated, NS_MODERATE, NS_MODERATE_0 } from './stanza.js';
