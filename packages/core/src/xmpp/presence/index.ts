export type { Claim, ClaimOptions } from './claims.js';
export { OutgoingPresence, type PresenceDecorator } from './outgoing-presence.js';
export { PresenceLedger } from './presence-ledger.js';
export * from './roster.js';
export * from './roster-host.js';
export * from './roster-item.js';
export * from './roster-node.js';
