export type { ServerManners } from './manners.js';
export { MemoryServer } from './memory-server.js';
export type { RosterItem, Subscription } from './roster.js';
export type { SaslCondition, SaslMechanismName } from './sasl.js';
export type { ServerSession } from './server-session.js';
export type { ServerLink } from './server-stream.js';
export type { MemoryServerOptions } from './settings.js';
export type { LoggedStanza } from './stanza-log.js';
export type { ServerStreamManagement } from './stream-management.js';
