export { StoredValueError } from './errors.js';
export { UnstorageAdapter, type UnstorageLike } from './unstorage-adapter.js';
