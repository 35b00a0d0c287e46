/** XEP-0372: References, version 0.5.0. */
export { References } from './references.js';
export { MAX_REFERENCES, NS_REFERENCE, Reference } from './stanza.js';
