import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** Why an address is not asked at all. */
export type HttpRefusal = 'address' | 'credentials' | 'scheme' | 'url';

const REFUSALS: Readonly<Record<HttpRefusal, string>> = {
  address: 'it leads to this machine or a private network; `allow` of the client can make an exception',
  credentials: 'it has a name or a password in it',
  scheme: 'it is not https; `allow` of the client can make an exception',
  url: 'it is no address',
};

/** An address may not be fetched: nothing was sent. */
export class HttpRefusedError extends SestinaError {
  static override readonly name = 'HttpRefusedError';
  readonly code = 'ERR_HTTP_REFUSED';

  constructor(
    /** The host; of what is no address the scheme, if it has one. */
    readonly host: string,
    readonly reason: HttpRefusal,
  ) {
    super(`${quoted(host)} is not fetched: ${REFUSALS[reason]}`);
  }
}

/** A redirect was not followed: there were too many, it leads to where nothing may be fetched, or something was to be sent. */
export class HttpRedirectError extends SestinaError {
  static override readonly name = 'HttpRedirectError';
  readonly code = 'ERR_HTTP_REDIRECT';

  constructor(
    /** The host that sent elsewhere. */
    readonly host: string,
    readonly reason: 'refused' | 'too-many' | 'upload',
    options?: ErrorOptions,
  ) {
    const why = {
      refused: 'it leads to where nothing may be fetched',
      'too-many': 'there are too many of them',
      upload: 'what is uploaded goes nowhere else',
    } as const;
    super(`a redirect of ${quoted(host)} is not followed: ${why[reason]}`, options);
  }
}

/** An answer is larger than it may be; reading it was ended. */
export class HttpTooLargeError extends SestinaError {
  static override readonly name = 'HttpTooLargeError';
  readonly code = 'ERR_HTTP_TOO_LARGE';

  constructor(
    readonly host: string,
    /** Bytes that were allowed. */
    readonly maxBytes: number,
  ) {
    super(`the answer of ${quoted(host)} has more than ${maxBytes} bytes: raise \`maxBytes\` if that may be`);
  }
}

/** An answer says that it is not what was asked for. */
export class HttpStatusError extends SestinaError {
  static override readonly name = 'HttpStatusError';
  readonly code = 'ERR_HTTP_STATUS';
  override readonly retryable: boolean;

  constructor(
    readonly host: string,
    /** The status code of HTTP (RFC 9110 §15). */
    readonly status: number,
  ) {
    super(`${quoted(host)} answers with the HTTP status ${status}`);
    this.retryable = status === 408 || status === 429 || status >= 500;
  }
}

/**
 * The host cannot be reached, cannot prove who it is, or went away before the end. In a browser also: it does not allow pages of other
 * origins to ask it (CORS), which a page is not told apart.
 */
export class HttpNetworkError extends SestinaError {
  static override readonly name = 'HttpNetworkError';
  readonly code = 'ERR_HTTP_NETWORK';
  override readonly retryable = true;

  constructor(
    readonly host: string,
    options?: ErrorOptions,
  ) {
    const { cause } = options ?? {};
    const code = (cause as { code?: unknown } | undefined)?.code;
    const detail = typeof code === 'string' ? ` (${quoted(code, 60)})` : '';
    super(`${quoted(host)} cannot be reached, or broke off${detail}: is the network up?`, options);
  }
}
