import { SestinaError } from '../errors.js';

/** Why a string does not conform to a PRECIS profile. */
export type PrecisReason =
  /** Nothing is left of it. */
  | 'empty'
  /** It has more characters or bytes than are allowed. */
  | 'too-long'
  /** It has a character that the profile does not allow (RFC 8264 §8). */
  | 'disallowed'
  /** A character stands where its contextual rule does not allow it (RFC 5892 appendix A). */
  | 'context'
  /** It mixes writing directions against the Bidi Rule (RFC 5893 §2). */
  | 'direction'
  /** The rules of the profile come to no stable result (RFC 8264 §7). */
  | 'unstable';

/** The ending that a caller chooses for a string that cannot be prepared. */
export type Fail = (reason: PrecisReason) => never;

/**
 * A string that cannot be used as a username, password or nickname. Neither the string nor a character of it is kept:
 * it may be a password.
 */
export class PrecisError extends SestinaError {
  static override readonly name: string = 'PrecisError';
  readonly code = 'ERR_PRECIS';

  constructor(
    /** The PRECIS profile that was to be applied. */
    readonly profile: 'UsernameCaseMapped' | 'OpaqueString' | 'Nickname',
    readonly reason: PrecisReason,
  ) {
    super(`the string does not conform to the PRECIS profile ${profile} (${reason}): ask for another one`);
  }
}
