import type { ScramKeys } from './keys.js';

/**
 * Keeps what SCRAM derived from passwords, so that a reconnect costs no PBKDF2. In memory only: what it holds is worth as
 * much as the password. Keys get in only after the server has proven itself, and are found again only with the same
 * password, salt, iteration count and hash.
 */
export class ScramKeyCache {
  readonly #entries = new Map<string, ScramKeys>(); // bound: `capacity`
  readonly #capacity: number;

  /**
   * @param capacity how many accounts; the one not used for longest goes first. Default 16
   * @throws RangeError where it is no positive integer
   */
  constructor(capacity = 16) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError('capacity must be a positive integer');
    this.#capacity = capacity;
  }

  /** @internal */
  get(id: string): ScramKeys | undefined {
    const keys = this.#entries.get(id);
    if (keys !== undefined) {
      this.#entries.delete(id);
      this.#entries.set(id, keys);
    }
    return keys;
  }

  /** @internal */
  set(id: string, keys: ScramKeys): void {
    this.#entries.delete(id);
    this.#entries.set(id, keys);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break;
      this.#entries.delete(oldest);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
  }
}
