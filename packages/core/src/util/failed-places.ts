import { LruMap } from '@sestina/xml';
import type { Clock } from '../services/clock.js';

// Milliseconds that a place comes last after it has failed.
const SHY = 300_000;
const MOST_KEPT = 64;

/** Places where a connection came to nothing: whoever chooses among several takes them last for five minutes (RFC 6120 §3.2.1). */
export class FailedPlaces {
  readonly #clock: Clock;
  /** When each failed, by `monotonic()`. */
  readonly #since = new LruMap<string, number>({ maxEntries: MOST_KEPT });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that a place has failed. @param place As one and the same text each time. */
  add(place: string): void {
    this.#since.set(place, this.#clock.monotonic());
  }

  /** The same in the same order, but those that have failed behind all others, the one that failed last at the end. */
  last<T>(places: readonly T[], nameOf: (place: T) => string): T[] {
    const oldest = this.#clock.monotonic() - SHY;
    const since = (place: T): number => {
      const at = this.#since.peek(nameOf(place));
      return at !== undefined && at > oldest ? at : Number.NEGATIVE_INFINITY;
    };
    const dated = places.map((place) => ({ place, at: since(place) }));
    return dated.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ place }) => place);
  }
}
