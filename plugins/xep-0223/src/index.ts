/** XEP-0223: Persistent Storage of Private Data via PubSub, version 1.1.1. */
export { NodeMisconfiguredError, PrivateStorageUnsupportedError, StoredNodeTooLargeError } from './errors.js';
export { PrivateData, PrivateDataOptions, PrivateNode, type PrivateNodeInit } from './private-data.js';
export { StoredData, type ViewIn } from './stored-data.js';
export { StoredNode, type StoredNodeEvents, type StoredNodeHost, type StoredNodeOptions } from './stored-node.js';
export { WritableNode } from './writable-node.js';
