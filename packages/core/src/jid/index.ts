export { escapeLocal, unescapeLocal } from './escaping.js';
export { JID } from './jid.js';
export { JidError, type JidPart, type JidReason } from './jid-error.js';
export { JidParser } from './jid-parser.js';
