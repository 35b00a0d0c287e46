import type { JID, RequestOptions } from '@sestina/core';
import type { AvatarMetadata } from './stanza.js';

/** What somebody says of its image. Nothing of it is checked before the image is there. */
export interface AvatarInfo {
  /** The SHA-1 hash of the image, in hex and lower case; of some bridges any other text. */
  readonly id: string;
  readonly bytes: number | undefined;
  /** A media type, as `image/png`. */
  readonly type: string | undefined;
  /** Pixels. */
  readonly width: number | undefined;
  /** Pixels. */
  readonly height: number | undefined;
  /** Where it lies, if not on the server of the account. */
  readonly url: string | undefined;
  /** Who has told it: `pep` for the account itself, else the name of an `AvatarSource`. */
  readonly source: string;
}

/** An image that was checked: its bytes are what its id says, and its type and size are what its own header says. Not to be written to. */
export interface Avatar {
  /** The SHA-1 hash of the bytes, in hex. */
  readonly id: string;
  readonly data: Uint8Array;
  readonly type: 'image/gif' | 'image/jpeg' | 'image/png' | 'image/webp';
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
}

/** Another way to know of images, as presence and cards are: it registers itself with `Avatars.addSource()`. */
export interface AvatarSource {
  /** What `AvatarInfo.source` calls it. */
  readonly name: string;
  /** What is known of an address, a bare one or an occupant of a room; null for no image, undefined where nothing is known. Asks nobody. */
  info(jid: JID): AvatarInfo | null | undefined;
  /** The bytes of an image; undefined where it is not there. They are checked. */
  load(jid: JID, info: AvatarInfo, options: RequestOptions): Promise<Uint8Array | undefined>;
}

/** What is known of an account: the forms of its image, none of them where it has none. */
export interface Known {
  readonly infos: readonly AvatarInfo[];
  readonly resource: string | undefined;
}

const SHA_1 = /^[0-9a-f]{40}$/i;
const MAX_FORMS = 20;
const MAX_LENGTH = 2_048;

/** Whether an id is a hash, by which an image can be known. */
export const isHash = (id: string): boolean => SHA_1.test(id);

/** The SHA-1 hash of bytes, in hex. */
export async function sha1(data: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', data as Uint8Array<ArrayBuffer>));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The forms that an image has; an old `<stop/>` and all that makes no sense are none. */
export function infosIn(metadata: AvatarMetadata): readonly AvatarInfo[] {
  const infos: AvatarInfo[] = [];
  for (const { id, bytes, type, width, height, url } of metadata.infos) {
    if (infos.length >= MAX_FORMS) break;
    if (!id || id.length + (url?.length ?? 0) + (type?.length ?? 0) > MAX_LENGTH) continue;
    infos.push({ id: isHash(id) ? id.toLowerCase() : id, bytes, type, width, height, url, source: 'pep' });
  }
  return infos;
}

/** In which order forms are tried: by the types that are preferred, and of one type those that lie on the server first. */
export function preferred(infos: readonly AvatarInfo[], types: readonly string[]): AvatarInfo[] {
  const rank = ({ type, url }: AvatarInfo): number => {
    const at = types.indexOf(type ?? 'image/png');
    return 2 * (at < 0 ? types.length : at) + (url === undefined ? 0 : 1);
  };
  return [...infos].sort((a, b) => rank(a) - rank(b));
}
