import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Hash } from './stanza.js';

/** A hash in the making. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  /** The hash; nothing can be added any more. */
  digest(): Uint8Array;
}

/** Algorithms that can be computed, by their names. */
export type DigestProvider = Readonly<Record<string, () => Digest>>;

/** SHA-1 and SHA-2, which every program with this package computes. */
export const sha2: DigestProvider = {
  'sha-1': () => sha1.create(),
  'sha-224': () => sha224.create(),
  'sha-256': () => sha256.create(),
  'sha-384': () => sha384.create(),
  'sha-512': () => sha512.create(),
};

/** Bytes of each hash, the strongest algorithm first (XEP-0414 §5). MD5 and what came before it are not there: they are never read. */
const LENGTHS: ReadonlyMap<string, number> = new Map([
  ['blake2b-512', 64],
  ['sha3-512', 64],
  ['sha-512', 64],
  ['blake2b-384', 48],
  ['sha3-384', 48],
  ['sha-384', 48],
  ['blake2b-256', 32],
  ['sha3-256', 32],
  ['sha-256', 32],
  ['sha3-224', 28],
  ['sha-224', 28],
  ['sha-1', 20],
]);

/** Algorithms to send hashes of, as far as they can be computed (XEP-0414 §5). */
export const recommended: readonly string[] = ['sha-256', 'sha3-256', 'blake2b-512'];

/** Algorithms whose hash proves what was hashed (XEP-0414 §5): SHA-1, of which there are collisions, does not. */
export const acceptable: readonly string[] = [...LENGTHS.keys()].filter((name) => name !== 'sha-1');

/** The one name of an algorithm that has several, such as `id-blake2b256`; undefined for one that nobody should use. */
export function algorithmOf(name: string): string | undefined {
  const lower = name.toLowerCase();
  const plain = lower.replace(/^id-blake2b(\d{3})$/, 'blake2b-$1');
  return LENGTHS.has(plain) ? plain : undefined;
}

/** Bytes of a hash of that algorithm. */
export function lengthOf(algorithm: string): number {
  return LENGTHS.get(algorithm) ?? 0;
}

/** The hash of the strongest algorithm; undefined where there is none that is known, or whole. */
export function strongest(hashes: Iterable<Hash>): Hash | undefined {
  const order = [...LENGTHS.keys()];
  let best: { readonly hash: Hash; readonly rank: number } | undefined;
  for (const hash of hashes) {
    const algorithm = algorithmOf(hash.xml.attribute('algo') ?? '');
    if (algorithm === undefined || hash.value?.length !== lengthOf(algorithm)) continue;
    const rank = order.indexOf(algorithm);
    if (!best || rank < best.rank) best = { hash, rank };
  }
  return best?.hash;
}
