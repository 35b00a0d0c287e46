import { SestinaError } from '@sestina/core';
import { quoted } from '@sestina/core/util';

/** What somebody gave for a content id is something else; it was thrown away, and he is not asked for it again for an hour. */
export class BitsMismatchError extends SestinaError {
  static override readonly name = 'BitsMismatchError';
  readonly code = 'ERR_BITS_MISMATCH';

  constructor(
    readonly cid: string,
    /** Who gave it. */
    readonly from: string,
  ) {
    super(`${quoted(from)} gave something else than ${quoted(cid)}: ask somebody else`);
  }
}

/** What somebody gave is larger than it may be; it was not decoded. */
export class BitsTooLargeError extends SestinaError {
  static override readonly name = 'BitsTooLargeError';
  readonly code = 'ERR_BITS_TOO_LARGE';

  constructor(
    readonly cid: string,
    /** Bytes that are allowed. */
    readonly maxSize: number,
  ) {
    super(`${quoted(cid)} has more than ${maxSize} bytes: raise \`maxSize\` if that may be`);
  }
}
