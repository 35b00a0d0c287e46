import { openNative } from './native-socket.js';
import { openNode } from './node-socket.js';
import type { OpenSocket } from './socket.js';

// Node's own WebSocket cannot be told whom to trust, offers compression without a bound on what comes out of it, and
// cannot be paused: it is not used unless it is passed in.
export const openSocket: OpenSocket = (init, events, signal) =>
  (init.webSocket ? openNative : openNode)(init, events, signal);

export { checkTlsOptions } from './tls-options.js';

/** Whether targets without a service are looked up in their host-meta unless options say otherwise. */
export const DISCOVERS = false;
