/** XEP-0084: User Avatar, version 1.1.4. */
export { type Avatar, type AvatarInfo, type AvatarSource, isHash, sha1 } from './avatar.js';
export { Avatars, AvatarsOptions, type GetAvatarOptions, type PublishAvatarOptions } from './avatars.js';
export { AvatarNeedsPngError, AvatarTooLargeError } from './errors.js';
export type { AvatarImage } from './own-image.js';
export { type ImageHeader, sniffImage } from './sniff-image.js';
export {
  AvatarData,
  AvatarInfoElement,
  AvatarMetadata,
  AvatarPointer,
  NS_AVATAR_DATA,
  NS_AVATAR_METADATA,
} from './stanza.js';
