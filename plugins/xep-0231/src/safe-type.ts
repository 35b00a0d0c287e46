// By how they begin; `..` is any byte.
const PICTURES: readonly (readonly [pattern: string, type: string])[] = [
  ['89504e470d0a1a0a', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['474946383761', 'image/gif'],
  ['474946383961', 'image/gif'],
  ['52494646........57454250', 'image/webp'],
];
const PLAIN = /^(?:audio|video)\/[a-z\d.+-]{1,60}$|^text\/plain$/i;
const UNKNOWN = 'application/octet-stream';

/**
 * The media type of bytes of a stranger: of pictures what they are, whatever is said of them; what is said of sound, film and plain text; and
 * `application/octet-stream` for all else, SVG and HTML above all, in which programs may hide.
 */
export function safeType(data: Uint8Array, said: string | undefined): string {
  const head = Array.from(data.subarray(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('');
  for (const [pattern, type] of PICTURES) if (new RegExp(`^${pattern}`).test(head)) return type;
  const plain = (said ?? '').split(';', 1)[0]?.trim() ?? '';
  return PLAIN.test(plain) ? plain.toLowerCase() : UNKNOWN;
}
