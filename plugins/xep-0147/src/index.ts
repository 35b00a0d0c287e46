/** XEP-0147: XMPP URI Scheme Query Components, version 1.2, with RFC 5122. */
export { pubsubUri, readAction, type UntrustedMessage, type XmppAction } from './action.js';
export { parseXmppUri } from './parse.js';
export { type UriParam, XmppUri, type XmppUriInit } from './xmpp-uri.js';
