import type { Clock, JID } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { hashOfCid, hexOf } from '@sestina/xep-0300';

/** Bytes with their type. */
export interface FoundBits {
  readonly data: Uint8Array;
  /** What they are, see `safeType()`. */
  readonly type: string;
}

interface Kept extends FoundBits {
  readonly until: number;
  readonly asked: boolean;
}

/** Seconds for which anything is kept at most, whatever a stranger says. */
export const LONGEST = 7 * 86_400;

/** What was found, by its hash; what has none that can be computed by its sender, too (XEP-0231 §2.4). */
export class BitsCache {
  readonly #clock: Clock;
  readonly #proves: (cid: string) => boolean;
  readonly #kept: LruMap<string, Kept>;

  /** @param proves Whether a content id has a hash that was compared: nobody else's bytes can stand for it then. */
  constructor(clock: Clock, maxBytes: number, proves: (cid: string) => boolean) {
    this.#clock = clock;
    this.#proves = proves;
    this.#kept = new LruMap({
      maxEntries: 2_000,
      maxBytes,
      sizeOf: ({ data }, key) => 200 + data.length + 2 * key.length,
      // What came unasked makes room first.
      isStranger: ({ asked }) => !asked,
    });
  }

  get(cid: string, from: JID | undefined): FoundBits | undefined {
    const key = this.#keyOf(cid, from);
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (!kept || kept.until <= this.#clock.monotonic()) return undefined;
    return { data: kept.data.slice(), type: kept.type };
  }

  set(cid: string, from: JID | undefined, { data, type }: FoundBits, maxAge: number | undefined, asked: boolean): void {
    const key = this.#keyOf(cid, from);
    if (key === undefined || maxAge === 0) return;
    // What came unasked does not push out what was asked for.
    if (!asked && this.#kept.peek(key)?.asked) return;
    const until = this.#clock.monotonic() + Math.min(maxAge ?? LONGEST, LONGEST) * 1_000;
    this.#kept.set(key, { data: data.slice(), type, until, asked });
  }

  #keyOf(cid: string, from: JID | undefined): string | undefined {
    const hash = this.#proves(cid) ? hashOfCid(cid) : undefined;
    if (hash) return `${hash.algo} ${hexOf(hash)}`;
    return from && JSON.stringify([from.full, cid]);
  }
}
