import { SestinaError } from '@sestina/xml';

export { ConfigError, SestinaError } from '@sestina/xml';

/** Something did not happen within its time. */
export class TimeoutError extends SestinaError {
  static override readonly name: string = 'TimeoutError';
  readonly code = 'ERR_TIMEOUT';
  override readonly retryable = true;

  constructor(
    /** What was waited for. */
    readonly what: string,
    /** The time that was allowed, in milliseconds. */
    readonly timeout: number,
    /** How the message puts it. */
    how: 'did not happen' | 'no answer' = 'did not happen',
  ) {
    super(`${what}${how === 'no answer' ? ':' : ''} ${how} within ${timeout} ms`);
  }
}

/** The connection is not there, or went away before the thing was done. */
export class DisconnectedError extends SestinaError {
  static override readonly name: string = 'DisconnectedError';
  readonly code: string = 'ERR_DISCONNECTED';
  override readonly retryable: boolean;

  constructor(message: string, { retryable = true, ...options }: ErrorOptions & { retryable?: boolean } = {}) {
    super(message, options);
    this.retryable = retryable;
  }
}

/** Too much of one kind is under way or kept already: try again once some of it is done. */
export class BusyError extends SestinaError {
  static override readonly name: string = 'BusyError';
  readonly code = 'ERR_BUSY';
  override readonly retryable = true;

  constructor(
    /** What there is too much of. */
    readonly what: string,
    /** How much there may be. */
    readonly limit: number,
  ) {
    super(`there are ${limit} ${what} already: wait for some of them first`);
  }
}
