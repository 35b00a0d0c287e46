/** XEP-0308: Last Message Correction, version 1.2.1. */
export type { Changes } from './corrected.js';
export { CorrectionError, type CorrectionFailure } from './errors.js';
export { type MessageCorrected, MessageCorrection, MessageCorrectionOptions } from './message-correction.js';
export { NS_CORRECT, Replace } from './stanza.js';
