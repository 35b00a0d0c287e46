/** XEP-0447: Stateless file sharing, version 0.3.1. */
export { FileMismatchError, FileUnavailableError, SharedFileTooLargeError } from './errors.js';
export type { FetchedFile, FetchOptions, FileSourceKind } from './fetching.js';
export { FileSharing } from './file-sharing.js';
export {
  FileSharingOptions,
  type FileSourcesAdded,
  type FilesShared,
  type SharedFile,
  type ShareFileOptions,
} from './options.js';
export {
  AttachTo,
  FileShare,
  FileSources,
  NS_FILE_SHARING,
  NS_MESSAGE_ATTACHING,
  NS_URL_DATA,
  UrlData,
} from './stanza.js';
