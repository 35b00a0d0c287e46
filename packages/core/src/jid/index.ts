export { escapeLocal, unescapeLocal } from './escaping.js';
export { JID } from './jid.js';
export { JidError } from './jid-error.js';
export { JidParser } from './jid-parser.js';
