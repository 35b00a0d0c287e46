/** XEP-0297: Stanza Forwarding, version 1.0. */
export { type ForwardedMessage, MAX_FORWARD_DEPTH, readForwarded } from './read.js';
export { isRoomPrivate } from './room-private.js';
export { Forwarded, NS_FORWARD } from './stanza.js';
export { type ForwardOptions, StanzaForwarding } from './stanza-forwarding.js';
