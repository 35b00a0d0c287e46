/**
 * Where what opens something is kept: ids of sessions, tokens, keys. Apart from `Storage`, which others may read, back up or show. A
 * class, so that it is its own injection token.
 */
export abstract class Secrets {
  static readonly name: string = 'Secrets';
  /** The secret kept under `key`, or undefined. */
  abstract get(key: string): Promise<string | undefined>;
  /** Keeps `value` under `key`; resolves once it is kept. */
  abstract set(key: string, value: string): Promise<void>;
  /** Forgets `key`; no error where there is none. */
  abstract delete(key: string): Promise<void>;
}

/** As long as the object. */
export class MemorySecrets extends Secrets {
  readonly #secrets = new Map<string, string>(); // bound: what plugins keep

  async get(key: string): Promise<string | undefined> {
    return this.#secrets.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    this.#secrets.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.#secrets.delete(key);
  }
}
