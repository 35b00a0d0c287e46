import { SestinaError } from '@sestina/core';

/** Nothing can be acknowledged: the server does not count in this session, or there is none. */
export class NotManagedError extends SestinaError {
  static override readonly name = 'NotManagedError';
  readonly code = 'ERR_NOT_MANAGED';

  constructor() {
    super(
      'the server does not count stanzas now: there is no session, or it does not offer XEP-0198; look at `enabled` first, or ask with a ping',
    );
  }
}
