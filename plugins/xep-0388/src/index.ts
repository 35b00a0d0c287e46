/** XEP-0388: Extensible SASL Profile, version 1.0.4. */
export { Sasl2Options } from './options.js';
export { Sasl2 } from './sasl2.js';
export { Authentication, NS_SASL2, UserAgent } from './stanza.js';
export type { RunTask, TaskExchange } from './tasks.js';
