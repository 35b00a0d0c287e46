/** XEP-0421: Occupant identifiers for semi-anonymous MUCs, version 1.0.1. */
export { OccupantIds } from './occupant-ids.js';
export { NS_OCCUPANT_ID, OccupantId } from './stanza.js';
