import { type Clock, isA, type Logger, parseDocument, type Storage, viewOf } from '@sestina/core';
import { LruMap, within } from '@sestina/core/util';
import { DiscoInfo, MAX_CACHED, MAX_CACHED_TOTAL, sizeOf } from '@sestina/xep-0030';
import { type CapsHash, verifies } from './verification-string.js';

const PREFIX = 'caps/';
// Asking anew is faster than a storage that takes longer.
const PATIENCE = 5_000;

/**
 * What verification strings stand for, each checked: the last 500, in memory and in the storage. Only with a string that
 * `isVerification()` accepts: it becomes part of a key.
 */
export class KnownInfos {
  readonly #storage: Storage;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #memory = new LruMap<string, DiscoInfo>({
    maxEntries: MAX_CACHED,
    maxBytes: MAX_CACHED_TOTAL,
    sizeOf: (info) => sizeOf(info.xml),
  });
  #saving: Promise<void> = Promise.resolve();

  constructor(storage: Storage, logger: Logger, clock: Clock) {
    this.#storage = storage;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** What is known in memory. */
  get(hash: CapsHash, ver: string): DiscoInfo | undefined {
    return this.#memory.get(keyOf(hash, ver));
  }

  /** What is known at all. Never rejects. */
  async find(hash: CapsHash, ver: string): Promise<DiscoInfo | undefined> {
    const key = keyOf(hash, ver);
    const known = this.#memory.get(key);
    if (known) return known;
    try {
      const text = await this.#patiently(this.#storage.get(key));
      if (text === undefined) return undefined;
      const info = await readChecked(text, hash, ver);
      if (info) this.#memory.set(key, info);
      else await this.#patiently(this.#storage.delete(key));
      return info;
    } catch (error) {
      this.#logger.warn('stored capabilities could not be read, and are asked for', { error });
      return undefined;
    }
  }

  #patiently<T>(promise: Promise<T>): Promise<T> {
    return within(this.#clock, promise, { what: 'the storage of capabilities', timeout: PATIENCE });
  }

  /** Keeps an answer that has been checked. */
  keep(hash: CapsHash, ver: string, info: DiscoInfo): void {
    const key = keyOf(hash, ver);
    this.#memory.set(key, info);
    const bare = info.copy();
    bare.node = undefined;
    const text = bare.toString();
    this.#saving = this.#saving
      .then(async () => {
        await this.#storage.set(key, text);
        await this.#trim();
      })
      .catch((error: unknown) => this.#logger.warn('capabilities could not be stored', { error }));
  }

  /** Keeps one in memory only. */
  remember(hash: CapsHash, ver: string, info: DiscoInfo): void {
    this.#memory.set(keyOf(hash, ver), info);
  }

  async #trim(): Promise<void> {
    const stored = await this.#storage.keys(PREFIX);
    const excess = stored.length - MAX_CACHED;
    if (excess <= 0) return;
    // What this session has not looked at goes first.
    const used = [...this.#memory.keys()];
    const rank = new Map(used.map((key, index) => [key, index]));
    stored.sort((a, b) => (rank.get(a) ?? -1) - (rank.get(b) ?? -1));
    for (const key of stored.slice(0, excess)) await this.#storage.delete(key);
  }
}

// A storage may use keys as file names.
function keyOf(hash: CapsHash, ver: string): string {
  return `${PREFIX}${hash}/${ver.replace(/\+/g, '-').replace(/\//g, '_')}`;
}

/** Storage is not to be trusted more than the network: what was altered there is no answer. */
async function readChecked(text: string, hash: CapsHash, ver: string): Promise<DiscoInfo | undefined> {
  const xml = parseDocument(text);
  if (!isA(DiscoInfo, xml)) return undefined;
  const info = viewOf(DiscoInfo, xml);
  if (!(await verifies(info, hash, ver))) return undefined;
  // Shared by all who ask, like what was received.
  xml.origin?.seal();
  return info;
}
