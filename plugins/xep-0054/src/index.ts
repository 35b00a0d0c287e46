/** XEP-0054: vcard-temp, version 1.3.0. */
export { VCardChangedError } from './errors.js';
export type { VCardProvider, VCardQuestion } from './served-cards.js';
export {
  NS_VCARD,
  VCard,
  VCardAddress,
  VCardEmail,
  type VCardImage,
  VCardName,
  VCardOrganisation,
  VCardPhone,
} from './stanza.js';
export { type VCardOptions, VCards, VCardsOptions } from './vcards.js';
