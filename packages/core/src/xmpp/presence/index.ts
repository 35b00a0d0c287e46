export type { Claim, ClaimKind, ClaimOptions } from './claims.js';
export type { ResourcePresence } from './kept-presence.js';
export { OutgoingPresence, type PresenceDecorator, type PresencePurpose } from './outgoing-presence.js';
export { PresenceLedger } from './presence-ledger.js';
export * from './roster.js';
export * from './roster-host.js';
export * from './roster-item.js';
export * from './roster-node.js';
