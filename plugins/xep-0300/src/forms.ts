import { base64 } from '@sestina/core';
import { algorithmOf, lengthOf } from './algorithms.js';
import { Hash } from './stanza.js';

/** The hash in hexadecimal; empty where it has no value. */
export function hexOf({ value = new Uint8Array() }: Pick<Hash, 'value'>): string {
  return Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The hash in base64; empty where it has no value. */
export function base64Of({ value = new Uint8Array() }: Pick<Hash, 'value'>): string {
  return base64.encode(value);
}

/** Bytes of hexadecimal digits; undefined for what is none. */
export function bytesOfHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || !/^[\da-f]*$/i.test(hex)) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The name of what has this hash: `ni:///sha-256;…` (RFC 6920 §3). */
export function toNi(hash: Hash): string {
  const value = base64Of(hash).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return `ni:///${hash.algo};${value}`;
}

/** The hash in such a name, whatever its authority and parameters are; undefined where there is none that is known and whole. */
export function fromNi(uri: string): Hash | undefined {
  if (uri.length > 1_000) return undefined;
  const [, name = '', value = ''] = /^ni:\/\/[^/?#]*\/([a-z\d-]+);([\w-]+)(?:[?#].*)?$/i.exec(uri) ?? [];
  const algo = algorithmOf(name);
  const plain = value.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = base64.decode(plain.padEnd(Math.ceil(plain.length / 4) * 4, '='));
  return algo !== undefined && bytes?.length === lengthOf(algo) ? new Hash({ algo, value: bytes }) : undefined;
}
