import type { Clock, Logger, Message, Storage } from '@sestina/core';
import { LruMap, within } from '@sestina/core/util';

const MAX = 500;
/** As long as a server may give the same again. */
const KEPT = 600_000;
const PATIENCE = 5_000;
const LONGEST = 400;

/** What was asked of a bot, also before its process began: kept in the connection's storage, so that no two processes answer the same one. */
export class AnsweredRequests {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #prefix: string;
  readonly #lifetime: AbortSignal;
  /** By what a request is called, under which key it is kept. */
  readonly #keys: LruMap<string, string>;
  #loading: Promise<void> | undefined;

  constructor(
    { storage, clock, logger, lifetime }: { storage: Storage; clock: Clock; logger: Logger; lifetime: AbortSignal },
    prefix: string,
  ) {
    this.#storage = storage;
    this.#clock = clock;
    this.#logger = logger;
    this.#lifetime = lifetime;
    this.#prefix = prefix;
    this.#keys = new LruMap({
      maxEntries: MAX,
      sizeOf: (key, name) => 200 + 2 * (key.length + name.length),
      dropped: (_name, key) => this.#forget(key),
    });
  }

  /** Notes a request. False where it was noted before. One without an id, or with an enormous one, is never known again. */
  async first(author: string, { id, body, context }: Message): Promise<boolean> {
    if (id === undefined) return true;
    const name = [author, context.peer.full, id, textHash(body ?? '')].map(encodeURIComponent).join('/');
    if (name.length > LONGEST) return true;
    await this.#loaded();
    if (this.#keys.has(name)) return false;
    const now = this.#clock.now();
    for (const old of this.#keys.keys()) {
      const kept = this.#keys.peek(old) ?? '';
      if (now - stampOf(kept, this.#prefix) < KEPT) break;
      this.#keys.delete(old);
      this.#forget(kept);
    }
    const key = `${this.#prefix}${now.toString(36)}/${name}`;
    this.#keys.set(name, key);
    await this.#patiently(() => this.#storage.set(key, ''));
    return true;
  }

  #loaded(): Promise<void> {
    this.#loading ??= this.#patiently(async () => {
      const oldest = this.#clock.now() - KEPT;
      for (const key of (await this.#storage.keys(this.#prefix)).sort()) {
        const name = key.slice(key.indexOf('/', this.#prefix.length) + 1);
        if (stampOf(key, this.#prefix) > oldest) this.#keys.set(name, key);
        else this.#forget(key);
      }
    });
    return this.#loading;
  }

  #forget(key: string): void {
    void this.#patiently(() => this.#storage.delete(key));
  }

  /** A storage that fails keeps nobody from an answer. */
  async #patiently(work: () => Promise<void>): Promise<void> {
    const patience = { what: 'the storage of a bot', timeout: PATIENCE, signal: this.#lifetime, background: true };
    try {
      await within(this.#clock, work, patience);
    } catch (error) {
      if (!this.#lifetime.aborted) this.#logger.warn('what was asked of the bot is not kept', { error });
    }
  }
}

function stampOf(key: string, prefix: string): number {
  return Number.parseInt(key.slice(prefix.length), 36);
}

/** FNV-1a: tells apart messages to which their author gives the same id. */
function textHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
