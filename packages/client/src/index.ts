export type { SaslLoginReason as AuthReason } from '@sestina/sasl';
export { ClientXMPP, type ServerAbilities } from './client-xmpp.js';
export { Credentials } from './credentials.js';
export { AuthError, ResourceConflictError } from './errors.js';
export type { ClientOptions, TlsOptions } from './options.js';
export { ClientRoster } from './roster/client-roster.js';
export { ClientRosterNode } from './roster/client-roster-node.js';
export { RosterItemElement, RosterQuery } from './stanza/roster.js';
