/** Bytes in a buffer that is not shared. `Uint8Array<ArrayBuffer>` would be refused by TypeScript before 5.7. */
type Bytes = ReturnType<typeof Uint8Array.of>;

/** Randomness, injected: tests run on a seeded one. A class, so that it is its own injection token. */
export abstract class Random {
  static readonly name: string = 'Random';
  /** `length` bytes from a cryptographic generator. */
  abstract bytes(length: number): Bytes;

  /** A fresh identifier of 120 random bits in 20 characters of `[A-Za-z0-9_-]`: nobody can guess it (RFC 6120 §8.1.3). */
  id(): string {
    let id = '';
    for (const byte of this.bytes(20)) id += ALPHABET[byte & 63];
    return id;
  }

  /** A number in [0, 1) for spreading delays. */
  fraction(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return (a * 0x100_0000 + b * 0x1_0000 + c * 0x100 + d) / 0x1_0000_0000;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const POOL = 2_000;
// More than this WebCrypto does not give at once.
const MOST = 65_536;

/** The platform's WebCrypto; fetched in blocks, since a call costs more than the bytes. */
export class SystemRandom extends Random {
  #pool = new Uint8Array(0);
  #used = 0;

  bytes(length: number): Bytes {
    if (length > POOL) return fill(new Uint8Array(length));
    if (this.#used + length > this.#pool.length) {
      this.#pool = fill(new Uint8Array(POOL));
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    const bytes = this.#pool.slice(start, this.#used);
    this.#pool.fill(0, start, this.#used);
    return bytes;
  }
}

function fill(bytes: Bytes): Bytes {
  for (let i = 0; i < bytes.length; i += MOST) crypto.getRandomValues(bytes.subarray(i, i + MOST));
  return bytes;
}
