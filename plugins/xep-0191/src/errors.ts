import { SestinaError } from '@sestina/core';

/** The block list is too long to be kept here. */
export class TooManyBlockedError extends SestinaError {
  static override readonly name: string = 'TooManyBlockedError';
  readonly code = 'ERR_TOO_MANY_BLOCKED';

  constructor(
    /** How many addresses are on it. */
    readonly count: number,
    readonly limit: number,
  ) {
    super(`${count} addresses are blocked, and only ${limit} are kept: block whole domains in place of their people`);
  }
}
