// A file name of most systems has 255 bytes, to which drivers may add some.
const LONGEST = 180;
const ENCODED = /[^a-z0-9_@.-]|(?<![a-z0-9])\.|\.(?![a-z0-9])/gu;

/**
 * A key as unstorage and its drivers leave it alone: they take `:` for a folder, cut off what is behind a `?`, and a file
 * system may take `A` for `a`. A `/` begins a folder, whose name ends with `~`, so that it is no other key's file; a part that
 * is too long goes on in a folder whose name ends with `+`.
 * @throws URIError for a key with half a character.
 */
export function encodeKey(key: string): string {
  const parts = key.split('/');
  // Drivers drop a separator at the end, and so does this with the last part.
  const last = parts.pop() ?? '';
  if (last === '' && parts.length > 0) return encodeParts(parts.slice(0, -1), `${parts.at(-1)}/`);
  return encodeParts(parts, last);
}

function encodeParts(folders: readonly string[], last: string): string {
  return [...folders.map((part) => `${encodePart(part)}~`), encodePart(last) || '%'].join(':');
}

function encodePart(part: string): string {
  const text = part.replace(ENCODED, percent);
  return text.match(new RegExp(`.{1,${LONGEST}}`, 'g'))?.join('+:') ?? '';
}

function percent(character: string): string {
  const encoded = encodeURIComponent(character);
  // These and some signs are left alone by it.
  return (encoded === character ? `%${character.charCodeAt(0).toString(16).padStart(2, '0')}` : encoded).toLowerCase();
}

/** The folder in which all keys are that begin so; empty for all. */
export function folderOf(prefix: string): string {
  const folders = prefix.split('/').slice(0, -1);
  return folders.map((part) => `${encodePart(part)}~`).join(':');
}

/** What `encodeKey` made that of; undefined where it was something else. */
export function decodeKey(encoded: string): string | undefined {
  try {
    const key = encoded === '%' ? '' : decodeURIComponent(encoded.replaceAll('+:', '').replaceAll('~:', '/'));
    return encodeKey(key) === encoded ? key : undefined;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
