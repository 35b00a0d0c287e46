/** XEP-0202: Entity Time, version 2.0. */
export { EntityTime, EntityTimeOptions, type RemoteTime } from './entity-time.js';
export { NS_TIME, Time, TimeQuery } from './stanza.js';
