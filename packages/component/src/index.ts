export type { AddressListenerOptions } from './address-listeners.js';
export {
  type AddressAskOptions,
  type AddressEvent,
  type AddressStanzaOptions,
  ComponentAddress,
} from './component-address.js';
export { type ComponentOptions, ComponentXMPP } from './component-xmpp.js';
export { HandshakeError, RosterStoreError } from './errors.js';
export { RosterStore, RosterStoreOptions } from './roster-store.js';
