/**
 * What is kept beyond a connection, apart from `Storage` itself: secrets, and who may write.
 *
 * @module
 */

export { Locks, MemoryLocks, StateLockedError } from './services/locks.js';
export { MemorySecrets, Secrets } from './services/secrets.js';
export type { StorageChange } from './services/storage.js';
