/** The hash functions SCRAM is used with in XMPP. */
export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512';

/** What SCRAM needs of cryptography. None of it blocks the event loop for long. */
export interface ScramCrypto {
  digest(hash: ScramHash, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  hmac(hash: ScramHash, key: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** PBKDF2 with HMAC: `Hi()` of RFC 5802 section 2.2. */
  pbkdf2(
    hash: ScramHash,
    password: Uint8Array<ArrayBuffer>,
    salt: Uint8Array<ArrayBuffer>,
    iterations: number,
  ): Promise<Uint8Array<ArrayBuffer>>;
}
