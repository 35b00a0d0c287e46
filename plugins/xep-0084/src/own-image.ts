import { type Avatar, sha1 } from './avatar.js';
import { AvatarNeedsPngError, AvatarTooLargeError } from './errors.js';
import { sniffImage } from './sniff-image.js';
import { AvatarInfoElement, AvatarMetadata } from './stanza.js';

/** An image of ours. */
export interface AvatarImage {
  /** A PNG. */
  readonly data: Uint8Array;
  /** The same image in other formats, each at an address where everybody can fetch it. */
  readonly alternatives?: readonly { readonly data: Uint8Array; readonly url: string }[] | undefined;
}

interface Bounds {
  readonly maxBytes: number;
  readonly maxPixels: number;
}

/**
 * An image as it is published: its type and size are what it says itself.
 * @throws AvatarNeedsPngError; AvatarTooLargeError.
 */
export async function prepared(
  { data, alternatives = [] }: AvatarImage,
  bounds: Bounds,
): Promise<{ avatar: Avatar; metadata: AvatarMetadata }> {
  const avatar = await imageOf(data.slice(), bounds);
  if (avatar?.type !== 'image/png') throw new AvatarNeedsPngError(avatar?.type);
  const metadata = new AvatarMetadata();
  metadata.infos.add(infoOf(avatar));
  for (const { data: other, url } of alternatives) {
    const image = await imageOf(other, bounds);
    if (!image) throw new TypeError('an alternative of an avatar is a GIF, JPEG, PNG or WebP');
    if (!URL.canParse(url)) throw new TypeError('an alternative of an avatar has the address where it lies');
    const info = infoOf(image);
    info.url = url;
    metadata.infos.add(info);
  }
  return { avatar, metadata };
}

async function imageOf(data: Uint8Array, { maxBytes, maxPixels }: Bounds): Promise<Avatar | undefined> {
  if (data.length > maxBytes) throw new AvatarTooLargeError('bytes', maxBytes);
  const header = sniffImage(data);
  if (!header) return undefined;
  if (header.width * header.height > maxPixels) throw new AvatarTooLargeError('pixels', maxPixels);
  return { id: await sha1(data), data, ...header };
}

function infoOf({ id, data, type, width, height }: Avatar): AvatarInfoElement {
  const sized = width <= 65_535 && height <= 65_535 ? { width, height } : {};
  return new AvatarInfoElement({ id, bytes: data.length, type, ...sized });
}
