import { SestinaError } from '@sestina/core';

/** Whoever has asked something in private is not there any more, and its nick may be somebody else's. Nothing was sent. */
export class RecipientGoneError extends SestinaError {
  static override readonly name: string = 'RecipientGoneError';
  readonly code = 'ERR_RECIPIENT_GONE';

  constructor() {
    super('the occupant who has asked in private has left the room: whoever has its nick now is not told');
  }
}
