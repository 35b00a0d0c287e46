import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** A file is larger than the service takes. */
export class FileTooLargeError extends SestinaError {
  static override readonly name = 'FileTooLargeError';
  readonly code = 'ERR_FILE_TOO_LARGE';

  constructor(
    /** Bytes of the file. */
    readonly size: number,
    /** Bytes that the service takes, where it says so. */
    readonly maxSize: number | undefined,
    options?: ErrorOptions,
  ) {
    super(`the file has ${size} bytes, and the service takes ${maxSize === undefined ? 'fewer' : maxSize}`, options);
  }
}

/** The service takes no more files of us for a while. */
export class UploadQuotaError extends SestinaError {
  static override readonly name = 'UploadQuotaError';
  readonly code = 'ERR_UPLOAD_QUOTA';
  override readonly retryable = true;

  constructor(
    /** When to try again, where the service says so. */
    readonly retryAt: Date | undefined,
    options?: ErrorOptions,
  ) {
    super(
      `the service takes no more files now: try again ${retryAt ? `at ${retryAt.toISOString()}` : 'later'}`,
      options,
    );
  }
}

/** There is no service to upload to. */
export class NoUploadServiceError extends SestinaError {
  static override readonly name = 'NoUploadServiceError';
  readonly code = 'ERR_NO_UPLOAD_SERVICE';

  constructor(
    /** Where it was looked for. */
    readonly domain: string,
  ) {
    super(`${quoted(domain)} has no upload service: name another one in the option \`service\``);
  }
}

/** A service gave a slot that must not be used: an address that is not https, or has a password in it. Nothing was uploaded. */
export class BadSlotError extends SestinaError {
  static override readonly name = 'BadSlotError';
  readonly code = 'ERR_BAD_SLOT';

  constructor(
    readonly service: string,
    /** Which address of it is wrong. */
    readonly which: 'get' | 'put',
  ) {
    super(`${quoted(service)} gave a slot whose address to ${which} is no plain https address: tell its operator`);
  }
}

/** The web server refused a file. */
export class UploadHttpError extends SestinaError {
  static override readonly name = 'UploadHttpError';
  readonly code = 'ERR_UPLOAD_HTTP';
  override readonly retryable: boolean;

  constructor(
    /** The status code of HTTP (RFC 9110 §15). */
    readonly status: number,
  ) {
    super(`the web server refused the file with the HTTP status ${status}`);
    // 507 says that there is no room, which does not pass by itself.
    this.retryable = status === 408 || status === 429 || (status >= 500 && status !== 507);
  }
}

/** The web server could not be reached, or broke off; in a page also: it does not let pages upload (CORS). */
export class UploadNetworkError extends SestinaError {
  static override readonly name = 'UploadNetworkError';
  readonly code = 'ERR_UPLOAD_NETWORK';
  override readonly retryable = true;

  constructor(options?: ErrorOptions) {
    super('the web server of the upload service cannot be reached, or broke off: is the network up?', options);
  }
}
