import { Presence } from '@sestina/core';

/** What an owner broadcast last, by resource. */
export class OwnPresence implements Iterable<Presence> {
  readonly #byResource = new Map<string, Presence>(); // bound: resources of ours

  /** The latest at the end. */
  [Symbol.iterator](): IterableIterator<Presence> {
    return this.#byResource.values();
  }

  get size(): number {
    return this.#byResource.size;
  }

  get last(): Presence | undefined {
    return [...this.#byResource.values()].at(-1);
  }

  /** Takes in a broadcast. */
  remember(presence: Presence): void {
    const resource = presence.from?.resource;
    // Unavailable from the bare address: all of it.
    if (!presence.isAvailable && resource === undefined) this.#byResource.clear();
    this.#byResource.delete(resource ?? '');
    if (!presence.isAvailable) return;
    this.#byResource.set(resource ?? '', new Presence(presence.xml.copy()).bind(presence.stream));
  }

  /** Takes these in place of what was here. */
  replace(presences: Iterable<Presence>): void {
    this.#byResource.clear();
    for (const presence of presences) this.remember(presence);
  }
}
