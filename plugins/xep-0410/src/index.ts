/** XEP-0410: MUC Self-Ping (Schrödinger's Chat), version 1.1.0. */
export { MucSelfPing } from './muc-self-ping.js';
export { MucSelfPingOptions } from './options.js';
export type { RoomPresence } from './outcome.js';
