import { SestinaError } from '@sestina/core';

/** An avatar needs a PNG image, which everybody can show: other formats come beside it, each with an address. */
export class AvatarNeedsPngError extends SestinaError {
  static override readonly name: string = 'AvatarNeedsPngError';
  readonly code = 'ERR_AVATAR_NEEDS_PNG';

  constructor(
    /** What it is; undefined for no image that is known. */
    readonly type: string | undefined,
  ) {
    super(
      `an avatar needs a PNG image, got ${type ?? 'no image that is known'}: convert it, and give others as alternatives`,
    );
  }
}

/** An image has more bytes or pixels than avatars may have. */
export class AvatarTooLargeError extends SestinaError {
  static override readonly name: string = 'AvatarTooLargeError';
  readonly code = 'ERR_AVATAR_TOO_LARGE';

  constructor(
    /** What there is too much of. */
    readonly unit: 'bytes' | 'pixels',
    readonly limit: number,
  ) {
    super(`an image has more than the ${limit} ${unit} that avatars may have`);
  }
}
