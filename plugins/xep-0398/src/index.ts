/** XEP-0398: User Avatar to vCard-Based Avatars Conversion, version 1.0.0. */
export { AvatarConversion } from './avatar-conversion.js';
