/**
 * Profiles of PRECIS (RFC 8264): the forms in which user names, passwords and nicknames are compared.
 *
 * @module
 */
export { compareNicknames, enforceNickname, nicknameForComparison } from './nickname.js';
export { PrecisError, type PrecisReason } from './precis-error.js';
export { enforceOpaqueString, enforceUsername } from './profiles.js';
