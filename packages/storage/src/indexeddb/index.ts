export { IndexedDbBlobStore } from './indexed-db-blob-store.js';
export { IndexedDbSecrets } from './indexed-db-secrets.js';
export { IndexedDbStorage } from './indexed-db-storage.js';
