import { SestinaError } from '@sestina/core';

/** Our card was changed by somebody else while it was edited: read it again, or write with `force`. */
export class VCardChangedError extends SestinaError {
  static override readonly name: string = 'VCardChangedError';
  readonly code = 'ERR_VCARD_CHANGED';
  override readonly retryable = true;

  constructor() {
    super('another device has changed the card meanwhile: nothing was written; edit what is there now, or say force');
  }
}
