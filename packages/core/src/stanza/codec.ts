import { JID } from '../jid/index.js';
import { refuse } from './refuse.js';

/** Converts between the text on the wire and a value. `In` is what may be written where that is more than what is read. */
export interface Codec<T, In = T> {
  /** For error messages: `an integer from 0 to 255`. */
  readonly expects: string;
  /** The value, or undefined for text that it refuses. Never throws. */
  decode(text: string): T | undefined;
  /** The text. @throws for a value that has none: TypeError, for an address JidError. */
  encode(value: In): string;
}

/** Any text, as it stands. */
export const text: Codec<string> = {
  expects: 'text',
  decode: (raw) => raw,
  encode: (value) => (typeof value === 'string' ? value : refuse('text', value)),
};

/** A whole number; optional bounds are inclusive. */
export function int(min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER): Codec<number> {
  const expects = integerBetween(min, max);
  const fits = (value: number): boolean => Number.isSafeInteger(value) && value >= min && value <= max;
  return {
    expects,
    decode: (raw) => {
      const trimmed = raw.trim();
      if (trimmed.length > 17 || !/^[+-]?\d+$/.test(trimmed)) return undefined;
      // The sum turns the -0 of `-0` into 0.
      const value = Number(trimmed) + 0;
      return fits(value) ? value : undefined;
    },
    encode: (value) => (fits(value) ? String(value) : refuse(expects, value)),
  };
}

function integerBetween(min: number, max: number): string {
  if (max < Number.MAX_SAFE_INTEGER) return `an integer from ${min} to ${max}`;
  return min > Number.MIN_SAFE_INTEGER ? `an integer of at least ${min}` : 'an integer';
}

/** An `xs:boolean`: `true`, `false`, `1`, `0`; written as a word. */
export const bool: Codec<boolean> = {
  expects: 'an xs:boolean',
  decode: (raw) => {
    const trimmed = raw.trim();
    if (trimmed === 'true' || trimmed === '1') return true;
    return trimmed === 'false' || trimmed === '0' ? false : undefined;
  },
  encode: (value) => (typeof value === 'boolean' ? String(value) : refuse('a boolean', value)),
};

/** Bytes in base64 (RFC 4648 §4); white space between the characters is allowed on reading, nothing else. */
export const base64: Codec<Uint8Array> = {
  expects: 'base64',
  decode: (raw) => {
    const compact = raw.replace(/[ \t\r\n]/g, '');
    if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
    try {
      const binary = atob(compact);
      const bytes = new Uint8Array(binary.length);
      for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
      return bytes;
    } catch {
      return undefined;
    }
  },
  encode: (value) => {
    if (!ArrayBuffer.isView(value)) refuse('a Uint8Array', value);
    let binary = '';
    for (let i = 0; i < value.length; i += 0x8000) binary += String.fromCharCode(...value.subarray(i, i + 0x8000));
    return btoa(binary);
  },
};

/** An address (RFC 7622); a string may be written too, and is checked. */
export const jid: Codec<JID, JID | string> = {
  expects: 'a JID',
  decode: (raw) => JID.tryParse(raw),
  encode: (value) => (typeof value === 'string' ? JID.parse(value) : value).toString(),
};

/** One of the given words. */
export function oneOf<const T extends string>(...values: readonly T[]): Codec<T> {
  const expects = `one of ${values.join(' | ')}`;
  return {
    expects,
    decode: (raw) => values.find((value) => value === raw),
    encode: (value) => {
      if (!values.includes(value)) refuse(expects, value);
      return value;
    },
  };
}
