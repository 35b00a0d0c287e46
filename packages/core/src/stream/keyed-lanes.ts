import { LazyMap } from '@sestina/xml';

interface Lane {
  entries: number;
}

/** The lanes of one handler, by key: they are there as long as something is in them. */
export class KeyedLanes {
  readonly #lanes = new LazyMap<unknown, Lane>();

  /** The lane of that key, which has one entry more from now on. */
  enter(key: unknown): object {
    const lane = this.#lanes.get(key) ?? { entries: 0 };
    lane.entries += 1;
    this.#lanes.set(key, lane);
    return lane;
  }

  /** An entry of it has come to its end. */
  leave(key: unknown): void {
    const lane = this.#lanes.get(key);
    if (!lane) return;
    lane.entries -= 1;
    if (lane.entries === 0) this.#lanes.delete(key);
  }
}
