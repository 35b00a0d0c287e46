/** XEP-0198: Stream Management, version 1.6.3. */
export * from './errors.js';
export * from './events.js';
export * from './options.js';
export * from './stanza.js';
export * from './stream-management.js';
export * from './unsent-stanza.js';
