export { StoredValueError } from './errors.js';
export { UnstorageAdapter, type UnstorageLike } from './unstorage-adapter.js';
export { type LockManagerLike, WebLocks } from './web-locks.js';
