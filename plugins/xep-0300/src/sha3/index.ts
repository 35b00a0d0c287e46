/**
 * SHA-3 and BLAKE2b, for who wants them: `xmpp.use(Hashes, { providers: [sha3, blake2] })`.
 *
 * @module
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { sha3_224, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import type { DigestProvider } from '../algorithms.js';

/** SHA-3 (FIPS PUB 202). */
export const sha3: DigestProvider = {
  'sha3-224': () => sha3_224.create(),
  'sha3-256': () => sha3_256.create(),
  'sha3-384': () => sha3_384.create(),
  'sha3-512': () => sha3_512.create(),
};

/** BLAKE2b (RFC 7693). */
export const blake2: DigestProvider = {
  'blake2b-256': () => blake2b.create({ dkLen: 32 }),
  'blake2b-384': () => blake2b.create({ dkLen: 48 }),
  'blake2b-512': () => blake2b.create({ dkLen: 64 }),
};
