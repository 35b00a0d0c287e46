/** XEP-0092: Software Version, version 1.1. */
export * from './software-version.js';
export * from './stanza.js';
