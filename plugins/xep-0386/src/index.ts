/** XEP-0386: Bind 2, version 1.1.0. */
export { type ArchiveAtBind, type ArchivePoint, Bind2, NS_BIND2 } from './bind2.js';
export { Bind2Options } from './options.js';
