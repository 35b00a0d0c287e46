import { SestinaError } from '@sestina/core';

/** Somebody's presence is not for us to see, and so neither is when it was last there: subscribe to it first. */
export class NotAllowedToSeeError extends SestinaError {
  static override readonly name: string = 'NotAllowedToSeeError';
  readonly code = 'ERR_NOT_ALLOWED_TO_SEE';

  constructor(
    /** Who was asked. */
    readonly jid: string,
    options?: ErrorOptions,
  ) {
    super(`${jid} does not let us see its presence, nor when it was last active: subscribe to it first`, options);
  }
}
