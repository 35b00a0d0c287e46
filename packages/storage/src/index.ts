export type { BlobStoreOptions } from './blob-options.js';
export { StoredValueError } from './errors.js';
export { MemoryBlobStore } from './memory-blob-store.js';
export { UnstorageAdapter, type UnstorageLike } from './unstorage-adapter.js';
export { type LockManagerLike, WebLocks } from './web-locks.js';
