/** XEP-0363: HTTP File Upload, version 1.2.0. The side of services is `@sestina/xep-0363/service`. */
export {
  BadSlotError,
  FileTooLargeError,
  NoUploadServiceError,
  UploadHttpError,
  UploadNetworkError,
  UploadQuotaError,
} from './errors.js';
export { HttpUpload } from './http-upload.js';
export { HttpUploadOptions, type SlotOptions, type UploadOptions } from './options.js';
export type { PurposeName, UploadPurpose } from './purpose.js';
export type { UploadService } from './services.js';
export { UploadSlot } from './slot.js';
export type { SizedSource, UploadSource } from './source.js';
export {
  EphemeralPurpose,
  FileTooLarge,
  MessagePurpose,
  NS_UPLOAD,
  NS_UPLOAD_PURPOSE,
  PermanentPurpose,
  ProfilePurpose,
  Slot,
  SlotGet,
  SlotHeader,
  SlotPut,
  UploadRequest,
  UploadRetry,
} from './stanza.js';
export type { UploadedFile } from './uploaded-file.js';
