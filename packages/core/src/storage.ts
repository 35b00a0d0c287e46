/**
 * What is kept beyond a connection, apart from `Storage` itself: secrets, bytes that can be fetched again, and who may write.
 *
 * @module
 */

export { BlobStore } from './services/blob-store.js';
export { Locks, MemoryLocks, StateLockedError } from './services/locks.js';
export { MemorySecrets, Secrets } from './services/secrets.js';
export type { StorageChange } from './services/storage.js';
