export { type ComponentOptions, ComponentXMPP } from './component-xmpp.js';
export { HandshakeError, NegotiationError } from './errors.js';
