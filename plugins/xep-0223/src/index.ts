/** XEP-0223: Persistent Storage of Private Data via PubSub, version 1.1.1. */
export { NodeMisconfiguredError, PrivateStorageUnsupportedError, StoredNodeTooLargeError } from './errors.js';
export { PrivateData, PrivateDataOptions, PrivateNode, type PrivateNodeInit } from './private-data.js';
export { type SessionFollower, Sessions } from './sessions.js';
export { StoredNode, type StoredNodeEvents, type StoredNodeHost, type StoredNodeOptions } from './stored-node.js';
