import type { Clock } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import type { Avatar } from './avatar.js';

const MAX_IMAGES = 2_000;
const MAX_MISSES = 2_000;

/** Images by their hash, and what could not be had, for a while. In memory. */
export class KnownImages {
  readonly #clock: Clock;
  readonly #images: LruMap<string, { readonly avatar: Avatar; readonly stranger: boolean }>;
  /** By account and id: when it may be asked for again. */
  readonly #misses = new LruMap<string, number>({
    maxEntries: MAX_MISSES,
    sizeOf: (_until, key) => 200 + 2 * key.length,
  });
  /** Our own, which makes room for nobody. */
  #own: Avatar | undefined;

  constructor(clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#images = new LruMap({
      maxEntries: MAX_IMAGES,
      maxBytes,
      sizeOf: ({ avatar }) => 500 + avatar.data.length,
      isStranger: ({ stranger }) => stranger,
    });
  }

  get(id: string): Avatar | undefined {
    return this.#own?.id === id ? this.#own : this.#images.get(id)?.avatar;
  }

  keep(avatar: Avatar, whose: 'contact' | 'own' | 'stranger'): void {
    if (whose === 'own') this.#own = avatar;
    else if (whose === 'contact' || !this.#images.has(avatar.id)) {
      this.#images.set(avatar.id, { avatar, stranger: whose === 'stranger' });
    }
  }

  /** Whether that was asked for in vain a short time ago. */
  isMiss(key: string): boolean {
    return (this.#misses.get(key) ?? 0) > this.#clock.monotonic();
  }

  miss(key: string, milliseconds: number): void {
    this.#misses.set(key, this.#clock.monotonic() + milliseconds);
  }

  clear(): void {
    this.#images.clear();
    this.#misses.clear();
    this.#own = undefined;
  }
}
