/** XEP-0085: Chat State Notifications, version 2.1. */
export { type ChatStateChange, ChatStates, type StateOptions } from './chat-states.js';
export type { PeerState } from './heard-states.js';
export { ChatStatesOptions } from './options.js';
export { type ChatState, NS_CHATSTATES } from './stanza.js';
