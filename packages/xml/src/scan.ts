/** The opening of a CDATA section. */
export const CDATA = '<![CDATA[';

/** Past white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) break;
  }
  return at;
}

/** The same in bytes. */
export function skipSpaceBytes(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x09 && byte !== 0x0d) break;
  }
  return at;
}

export function isSpace(chunk: Uint8Array | string): boolean {
  if (typeof chunk === 'string') return skipSpace(chunk, 0) === chunk.length;
  return skipSpaceBytes(chunk, 0) === chunk.length;
}

/** How often one character is looked for before two are. */
const TRIES = 64;

/** The index of a `<` with that character behind it. One character is looked for much faster than two, where it is rare. */
export function indexOfMarkup(text: string, character: string, from: number): number {
  let at = from;
  for (let tries = 0; tries < TRIES; tries++) {
    at = text.indexOf(character, at + 1);
    if (at < 0) return -1;
    if (text.charCodeAt(at - 1) === 0x3c) return at - 1;
  }
  return text.indexOf(`<${character}`, at);
}

/** How much of a CDATA section's opening stands there; at least the two characters that were looked for. */
export function commonLength(text: string, at: number): number {
  let length = 2;
  while (length < CDATA.length && text.charCodeAt(at + length) === CDATA.charCodeAt(length)) length++;
  return length;
}

export function isNameChar(code: number): boolean {
  return (
    code >= 0x80 ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x2d && code <= 0x3a && code !== 0x2f) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f
  );
}
