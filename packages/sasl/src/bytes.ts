/** Bytes in a buffer that is not shared. `Uint8Array<ArrayBuffer>` would be refused by TypeScript before 5.7. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

const encoder = new TextEncoder();

/** UTF-8 of a text without lone surrogates. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The text, or undefined where the bytes are not UTF-8. A byte order mark is a character like any other. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

export function xor(a: Uint8Array, b: Uint8Array): Bytes {
  return Uint8Array.from(a, (byte, index) => byte ^ (b[index] ?? 0));
}

/** Compares in a time that depends on the lengths only. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648 section 4. Own code, because React Native has had no `btoa` for long. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += left > 1 ? alphabet.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? alphabet.charAt(group & 63) : '=';
  }
  return text;
}

/** Strict: undefined for white space, missing padding, or bits that no encoder sets. */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let pending = 0;
  let bits = 0;
  let length = 0;
  for (let index = 0; index < digits; index++) {
    const value = alphabet.indexOf(text.charAt(index));
    if (value < 0) return undefined;
    pending = ((pending << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (pending >> bits) & 0xff;
    }
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
