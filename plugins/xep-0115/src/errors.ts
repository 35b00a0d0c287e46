import { type JID, SestinaError } from '@sestina/core';

/** An answer has no verification string: it says the same thing twice, or holds what could pass for something else (XEP-0115 §5.4). */
export class IllFormedInfoError extends SestinaError {
  static override readonly name: string = 'IllFormedInfoError';
  readonly code = 'ERR_CAPS_ILL_FORMED';
}

/** Somebody changes its capabilities faster than it is asked for them. */
export class CapsRateError extends SestinaError {
  static override readonly name: string = 'CapsRateError';
  readonly code = 'ERR_CAPS_RATE';
  override readonly retryable = true;

  constructor(
    readonly jid: JID,
    /** Milliseconds until it is asked again. */
    readonly retryAfter: number,
  ) {
    super(`${jid} was asked often enough: try again in ${Math.ceil(retryAfter / 1_000)} s`);
  }
}
