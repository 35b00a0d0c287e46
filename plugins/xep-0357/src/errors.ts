import { SestinaError } from '@sestina/core';

/** The server notifies no push services of what is said to this account. */
export class PushUnsupportedError extends SestinaError {
  static override readonly name = 'PushUnsupportedError';
  readonly code = 'ERR_PUSH_UNSUPPORTED';

  constructor(
    /** The account. */
    readonly account: string,
  ) {
    super(`the server of ${account} has no push notifications: stay connected, or choose another server`);
  }
}
