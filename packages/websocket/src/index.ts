// Transport for XMPP on WebSocket in browsers and Node.js: RFC 7395, with discovery by XEP-0156.
export {
  DiscoveryError,
  type DiscoveryReason,
  ReceiveBufferFullError,
  WebSocketClosedError,
} from './errors.js';
export { WebSocketTransportFactory } from './factory.js';
export { webSocketFraming } from './framing.js';
export type { WebSocketOptions } from './options.js';
export type { WebSocketClass, WebSocketLike } from './socket.js';
export { type NetworkUser, watchNetwork } from './watch-network.js';
