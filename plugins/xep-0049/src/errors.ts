import { SestinaError, type StanzaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** The namespace is not for private data: the server keeps it for itself. */
export class ReservedNamespaceError extends SestinaError {
  static override readonly name: string = 'ReservedNamespaceError';
  readonly code = 'ERR_RESERVED_NAMESPACE';

  constructor(
    readonly namespace: string,
    cause?: StanzaError,
  ) {
    super(`${quoted(namespace)} is not for private data: take a namespace of your own`, cause && { cause });
  }
}

/** What is stored, or is to be, is too large. */
export class PrivateDataTooLargeError extends SestinaError {
  static override readonly name: string = 'PrivateDataTooLargeError';
  readonly code = 'ERR_PRIVATE_DATA_TOO_LARGE';

  constructor(
    /** Bytes that it may have. */
    readonly limit: number,
  ) {
    super(`private data has more than the ${limit} bytes of maxBytes`);
  }
}
