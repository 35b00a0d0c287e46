/** XEP-0359: Unique and Stable Stanza IDs, version 0.7.0. */
export type { MessageRef, Purpose } from './refer.js';
export { NS_SID, OriginId, ReferencedStanza, StanzaId } from './stanza.js';
export { StanzaIds, StanzaIdsOptions } from './stanza-ids.js';
