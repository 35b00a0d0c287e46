import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { ScramCrypto } from './crypto.js';

const hashes = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-512': sha512 } as const;

/** The same in JavaScript, many times slower. It hands the thread back every 10 ms. */
export const javascriptCrypto: ScramCrypto = {
  async digest(hash, data) {
    return hashes[hash](data);
  },
  async hmac(hash, key, data) {
    return hmac(hashes[hash], key, data);
  },
  pbkdf2(hash, password, salt, c) {
    return pbkdf2Async(hashes[hash], password, salt, { c, dkLen: hashes[hash].outputLen, asyncTick: 10 });
  },
};
