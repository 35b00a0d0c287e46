import type { Bytes } from '../bytes.js';

/** The hash functions SCRAM is used with in XMPP. */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** What SCRAM needs of cryptography. None of it blocks the event loop for long. */
export interface ScramCrypto {
  digest(hash: ScramHash, data: Bytes): Promise<Bytes>;
  hmac(hash: ScramHash, key: Bytes, data: Bytes): Promise<Bytes>;
  /** PBKDF2 with HMAC: `Hi()` of RFC 5802 section 2.2. */
  pbkdf2(hash: ScramHash, password: Bytes, salt: Bytes, iterations: number): Promise<Bytes>;
}
