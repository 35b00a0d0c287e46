/** What every error of this project has: a stable code to branch on, and whether trying again can help. */
export abstract class SestinaError extends Error {
  /** Stable across releases; the message is not. */
  abstract readonly code: string;
  /** True where the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option or an argument that cannot work. Thrown at once, before anything is done. */
export class ConfigError extends SestinaError {
  readonly code = 'ERR_CONFIG';

  constructor(
    message: string,
    /** The name of the option. */
    readonly option: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Something did not happen within its time. */
export class TimeoutError extends SestinaError {
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
  readonly code: string = 'ERR_DISCONNECTED';
  override readonly retryable: boolean;

  constructor(message: string, { retryable = true, ...options }: ErrorOptions & { retryable?: boolean } = {}) {
    super(message, options);
    this.retryable = retryable;
  }
}
