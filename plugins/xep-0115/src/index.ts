/** XEP-0115: Entity Capabilities, version 1.6.0. */
export type { AnnouncedCaps } from './announced-caps.js';
export { EntityCapabilities } from './entity-capabilities.js';
export { CapsRateError, IllFormedInfoError } from './errors.js';
export { KnownFeatures } from './known-features.js';
export { EntityCapabilitiesOptions } from './options.js';
export { Caps, NS_CAPS } from './stanza.js';
export { type CapsHash, isCapsHash, verificationInput, verificationString, verifies } from './verification-string.js';
