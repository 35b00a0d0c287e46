export type { AddressListenerOptions } from './address-listeners.js';
export {
  type AddressAskOptions,
  type AddressEvent,
  ComponentAddress,
} from './component-address.js';
export { type ComponentOptions, ComponentXMPP } from './component-xmpp.js';
export { ComponentConflictError, HandshakeError, RosterNotLoadedError, RosterStoreError } from './errors.js';
export { ComponentRoster } from './roster/component-roster.js';
export { ComponentRosterNode } from './roster/component-roster-node.js';
export type { KeptContact, KeptRoster, RosterKeeper, RosterState } from './roster/roster-keeper.js';
export { RosterStore, RosterStoreOptions } from './roster/roster-store.js';
