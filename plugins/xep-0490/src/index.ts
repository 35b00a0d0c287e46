/** XEP-0490: Message Displayed Synchronization, version 1.0.1. */
export { DisplayedSync, DisplayedSyncOptions } from './displayed-sync.js';
export type { DisplayedPlace, DisplayedSynced } from './events.js';
export { DisplayedUpTo, NS_DISPLAYED_SYNC, NS_SERVER_ASSIST } from './stanza.js';
