import { SestinaError } from '@sestina/core';

/** A file could be fetched from none of its sources, or has none yet. */
export class FileUnavailableError extends SestinaError {
  static override readonly name = 'FileUnavailableError';
  readonly code = 'ERR_FILE_UNAVAILABLE';
  override readonly retryable = true;

  constructor(
    /** What each source that was tried failed with. */
    readonly causes: readonly unknown[],
  ) {
    const tried = causes.length === 0 ? 'it has no source that may be used' : `${causes.length} sources were tried`;
    super(`the file cannot be fetched: ${tried}`, { cause: causes[0] });
  }
}

/** What a source gave is not the file that was announced; it was thrown away. */
export class FileMismatchError extends SestinaError {
  static override readonly name = 'FileMismatchError';
  readonly code = 'ERR_FILE_MISMATCH';

  constructor(
    /** What does not fit. */
    readonly what: 'hash' | 'size',
  ) {
    super(`what was fetched does not have the ${what} that was announced`);
  }
}

/** A file is larger than may be fetched; nothing was. */
export class SharedFileTooLargeError extends SestinaError {
  static override readonly name = 'SharedFileTooLargeError';
  readonly code = 'ERR_SHARED_FILE_TOO_LARGE';

  constructor(
    /** Bytes, as its sender says. */
    readonly size: number,
    readonly maxBytes: number,
  ) {
    super(`the file has ${size} bytes, and ${maxBytes} may be fetched: raise \`maxBytes\` if that may be`);
  }
}
