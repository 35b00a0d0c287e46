export { StoredValueError } from './errors.js';
export { UnstorageAdapter } from './unstorage-adapter.js';
