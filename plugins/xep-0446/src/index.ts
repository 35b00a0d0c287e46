/** XEP-0446: File metadata element, version 0.2.0, with the element of XEP-0264: Jingle Content Thumbnails. */
export { FileMetadata, type FileMetadataExtras } from './file-metadata.js';
export { safeName } from './safe-name.js';
export { NS_FILE_METADATA, NS_THUMBNAILS, Thumbnail } from './stanza.js';
