/** XEP-0319: Last User Interaction in Presence, version 1.0.2. */
export { IdleTime, IdleTimeOptions } from './idle-time.js';
export { Idle, NS_IDLE } from './stanza.js';
