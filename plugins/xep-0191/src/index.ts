/** XEP-0191: Blocking Command, version 1.3. */
export { Blocking, type BlocklistChange, type BlockOptions } from './blocking.js';
export { TooManyBlockedError } from './errors.js';
export { Block, Blocked, BlockItem, NS_BLOCKING } from './stanza.js';
