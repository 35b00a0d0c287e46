/** XEP-0049: Private XML Storage, version 1.2. */
export { PrivateDataTooLargeError, ReservedNamespaceError } from './errors.js';
export { PrivateXml, PrivateXmlOptions } from './private-xml.js';
export { NS_PRIVATE } from './stanza.js';
