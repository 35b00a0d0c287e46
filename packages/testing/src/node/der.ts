/** The few pieces of DER (ITU-T X.690) that a certificate is made of. */

const encoder = new TextEncoder();

/** A value with its tag and length. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { length }) => sum + length, 0);
  const size: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) size.unshift(rest & 0xff);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | size.length, ...size];
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  let at = head.length;
  for (const content of contents) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

export const sequence = (...items: readonly Uint8Array[]): Uint8Array => der(0x30, ...items);

export const setOf = (...items: readonly Uint8Array[]): Uint8Array => der(0x31, ...items);

export const utf8String = (text: string): Uint8Array => der(0x0c, encoder.encode(text));

export const octetString = (bytes: Uint8Array): Uint8Array => der(0x04, bytes);

export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.of(value ? 0xff : 0));

/** Bits whose number is a multiple of eight, less `unused` at the end. */
export const bitString = (bytes: Uint8Array, unused = 0): Uint8Array => der(0x03, Uint8Array.of(unused), bytes);

/** A number that is not negative, most significant byte first. */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return (digits[0] ?? 0) >= 0x80 ? der(0x02, Uint8Array.of(0), digits) : der(0x02, digits);
}

/** `1.2.840.10045.4.3.2` */
export function objectIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of others) {
    const groups = [arc & 0x7f];
    for (let rest = arc >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}

/** A point in time: UTCTime up to 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
export function time(date: Date): Uint8Array {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? der(0x17, encoder.encode(digits.slice(2))) : der(0x18, encoder.encode(digits));
}

/** A part with a context-specific tag: `[n]`. */
export const tagged = (number: number, constructed: boolean, ...contents: readonly Uint8Array[]): Uint8Array =>
  der((constructed ? 0xa0 : 0x80) | number, ...contents);
