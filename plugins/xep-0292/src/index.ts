/** XEP-0292: vCard4 Over XMPP, version 0.12.0. */
export { ContactCards } from './contact-cards.js';
export { fromVCardTemp, toVCardTemp } from './conversion.js';
export { ForeignContactError } from './errors.js';
export { NS_VCARD4, VCard4Property, type VCard4PropertyInit, type VCard4ValueType } from './property.js';
export { VCard4 } from './vcard4.js';
export { type UpdateVCard4Options, VCard4s } from './vcard4s.js';
