export { type ComponentOptions, ComponentXMPP } from './component-xmpp.js';
export { HandshakeError } from './errors.js';
