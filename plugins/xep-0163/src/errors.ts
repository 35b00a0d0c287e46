import { SestinaError } from '@sestina/core';

/** Our account has no personal eventing: its server does not offer it. */
export class PepUnsupportedError extends SestinaError {
  static override readonly name: string = 'PepUnsupportedError';
  readonly code = 'ERR_PEP_UNSUPPORTED';

  constructor(
    /** The account. */
    readonly account: string,
  ) {
    super(`${account} has no personal eventing: its server does not offer it`);
  }
}
