import type { KeptPresence, ResourcePresence } from './kept-presence.js';
import { shortened } from './kept-presence.js';

/** The resources of one address that are there. */
export class PeerPresence {
  readonly #resources = new Map<string, KeptPresence>(); // bound: MAX_RESOURCES of the list, bytes by the ledger
  #weight = 0;
  #details = 0;

  get resources(): ReadonlyMap<string, ResourcePresence> {
    return this.#resources;
  }

  /** Bytes of memory, estimated. */
  get weight(): number {
    return this.#weight;
  }

  /** Whether there is something that `shorten()` takes away. */
  get detailed(): boolean {
    return this.#details > 0;
  }

  /** The resource that messages to the bare JID would go to: highest priority, the latest of equals. */
  get best(): ResourcePresence | undefined {
    let best: ResourcePresence | undefined;
    for (const resource of this.#resources.values()) {
      if (resource.priority >= 0 && resource.priority >= (best?.priority ?? 0)) best = resource;
    }
    return best;
  }

  /** Takes it in, as the latest. Gives what was there of that resource before. */
  put(kept: KeptPresence): ResourcePresence | undefined {
    const { resource } = kept;
    const before = this.#resources.get(resource);
    if (before) this.#count(before, -1);
    // To the end; where it is the only one it is there already.
    if (this.#resources.size > 1) this.#resources.delete(resource);
    this.#resources.set(resource, kept);
    this.#count(kept, 1);
    return before;
  }

  /** Takes a resource out, or all of them. Whether anything was there. */
  delete(resource: string | undefined): boolean {
    if (resource === undefined) {
      const { size } = this.#resources;
      this.#resources.clear();
      this.#weight = 0;
      this.#details = 0;
      return size > 0;
    }
    const known = this.#resources.get(resource);
    if (!known) return false;
    this.#resources.delete(resource);
    this.#count(known, -1);
    return true;
  }

  /** Keeps of each resource only that it is there, with show, status and priority. */
  shorten(): void {
    for (const [resource, kept] of this.#resources) {
      if (!kept.complete) continue;
      const short = shortened(kept.presence);
      this.#count(kept, -1);
      this.#resources.set(resource, short);
      this.#count(short, 1);
    }
  }

  #count({ weight, complete }: KeptPresence, sign: 1 | -1): void {
    this.#weight += sign * weight;
    if (complete) this.#details += sign;
  }
}
