import { type Clock, ConfigError, SystemClock } from '@sestina/core';

/** Milliseconds within which a blob that is used again is not noted as such again. */
export const SAME_USE = 3_600_000;

/** How much a store of blobs keeps. */
export interface BlobStoreOptions {
  /**
   * Bytes at most. A blob of more than a quarter of them is not kept.
   * @default 268_435_456; in memory 33_554_432
   */
  readonly maxBytes?: number | undefined;
  /**
   * Blobs at most.
   * @default 20_000; in memory 2_000
   */
  readonly maxEntries?: number | undefined;
  /**
   * What says how old a blob is.
   * @default the clock of the platform
   */
  readonly clock?: Clock | undefined;
}

/** How much a store of blobs keeps, and whose time it goes by. */
export interface BlobBounds {
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly clock: Clock;
}

/** @throws ConfigError for a bound that is no number from 1. */
export function blobBounds(options: BlobStoreOptions): BlobBounds {
  const { maxBytes = 268_435_456, maxEntries = 20_000, clock = new SystemClock() } = options;
  for (const [name, value] of Object.entries({ maxBytes, maxEntries })) {
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new ConfigError(`${name} is a whole number from 1, got ${value}`, name);
    }
  }
  return { maxBytes, maxEntries, clock };
}

/** When a blob is too old, in milliseconds since 1970; undefined for never. Of an age that is none it is too old at once. */
export function untilOf(clock: Clock, maxAge: number | undefined): number | undefined {
  if (maxAge === undefined || maxAge === Number.POSITIVE_INFINITY) return undefined;
  return clock.now() + (maxAge > 0 ? maxAge : 0);
}

/** Whether a blob is too old. */
export function isOver(clock: Clock, until: number | undefined): boolean {
  return until !== undefined && until <= clock.now();
}

/** What is known of a blob that is kept. */
export interface KeptBlob<Place> {
  readonly place: Place;
  readonly size: number;
  /** When it was kept, or used last, in milliseconds since 1970. */
  readonly used: number;
  readonly until: number | undefined;
}

/** How much is to be left. */
export type RoomBounds = Pick<BlobBounds, 'maxBytes' | 'maxEntries'>;

/** What is to go, and how much is left then. */
export interface MadeRoom<Place> {
  readonly gone: readonly Place[];
  readonly bytes: number;
  readonly count: number;
}

/**
 * Which blobs have to go: those that are too old, and where more than `most` is left then, those that were not used for the longest
 * time, until there is no more than `target`.
 */
export function madeRoom<Place>(
  kept: readonly KeptBlob<Place>[],
  clock: Clock,
  most: RoomBounds,
  target: RoomBounds,
): MadeRoom<Place> {
  const gone = kept.filter(({ until }) => isOver(clock, until)).map(({ place }) => place);
  const left = kept.filter(({ until }) => !isOver(clock, until)).sort((a, b) => a.used - b.used);
  let bytes = left.reduce((sum, { size }) => sum + size, 0);
  let count = left.length;
  if (bytes <= most.maxBytes && count <= most.maxEntries) return { gone, bytes, count };
  for (const { place, size } of left) {
    if (bytes <= target.maxBytes && count <= target.maxEntries) break;
    gone.push(place);
    bytes -= size;
    count -= 1;
  }
  return { gone, bytes, count };
}

/**
 * How much may be kept before somebody has to look again at all that is there: others, of whom nothing is known, keep something in the
 * same place. Each of them looks again after an eighth of the bounds at the latest.
 */
export class Room {
  readonly #bounds: BlobBounds;
  #bytes = 0;
  #entries = 0;

  constructor(bounds: BlobBounds) {
    this.#bounds = bounds;
  }

  /** What is left of the bounds where room has to be made: an eighth of them is free then. */
  get target(): RoomBounds {
    const { maxBytes, maxEntries } = this.#bounds;
    return { maxBytes: Math.floor((maxBytes * 7) / 8), maxEntries: Math.floor((maxEntries * 7) / 8) };
  }

  /** Takes room for a blob. False where it is time to look. */
  take(size: number): boolean {
    this.#bytes -= size;
    this.#entries -= 1;
    return this.#bytes >= 0 && this.#entries >= 0;
  }

  /** So much is there. */
  found({ bytes, count }: { readonly bytes: number; readonly count: number }): void {
    const { maxBytes, maxEntries } = this.#bounds;
    this.#bytes = Math.min(maxBytes - bytes, maxBytes / 8);
    this.#entries = Math.min(maxEntries - count, maxEntries / 8);
  }
}
