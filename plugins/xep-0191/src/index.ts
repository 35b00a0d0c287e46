/** XEP-0191: Blocking Command, version 1.3. */
export { Blocking, type BlocklistChange } from './blocking.js';
export { TooManyBlockedError } from './errors.js';
export { Blocked, NS_BLOCKING } from './stanza.js';
