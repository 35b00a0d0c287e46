/** XEP-0066: Out of Band Data, version 1.5. */
export { isAttachment, schemeOf } from './attachments.js';
export { type OobOffered, OutOfBand, OutOfBandOptions, type ShareOptions } from './out-of-band.js';
export { NS_OOB, NS_OOB_IQ, OobOffer, OutOfBandData } from './stanza.js';
