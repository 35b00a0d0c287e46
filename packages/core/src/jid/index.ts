export { escapeLocal, unescapeLocal } from './escaping.js';
export { JID } from './jid.js';
export { JidError, type JidPart, type JidReason } from './jid-error.js';
export { JidParser } from './jid-parser.js';
export { compareNicknames, enforceNickname, nicknameForComparison } from './nickname.js';
export { enforceOpaqueString, enforceUsername } from './precis.js';
export { PrecisError, type PrecisReason } from './precis-error.js';
