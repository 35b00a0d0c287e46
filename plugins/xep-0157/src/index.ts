/** XEP-0157: Contact Addresses for XMPP Services, version 1.1.1. */
export { ContactAddresses } from './contact-addresses.js';
export {
  CONTACT_ROLES,
  type ContactAddress,
  type ContactRole,
  type Contacts,
  type ContactsInit,
  NS_SERVERINFO,
} from './contacts.js';
