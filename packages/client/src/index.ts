export { ClientXMPP, type ServerAbilities } from './client-xmpp.js';
export { Credentials } from './credentials.js';
export { AuthError, type AuthReason } from './errors.js';
export type { FeatureContext, FeatureHandler, FeatureOptions, FeatureOutcome } from './features/feature.js';
export type { ClientOptions } from './options.js';
export { RosterItemElement, RosterQuery } from './stanza/roster.js';
