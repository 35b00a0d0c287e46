/** XEP-0153: vCard-Based Avatars, version 1.1.1. */
export { NS_VCARD_UPDATE, VCardUpdate } from './stanza.js';
export { VCardAvatars, VCardAvatarsOptions } from './vcard-avatars.js';
