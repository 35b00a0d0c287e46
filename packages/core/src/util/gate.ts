import { LazyMap, LazySet } from '@sestina/xml';
import { BusyError } from '../errors.js';
import { Registration } from '../registration.js';

/** How much a `Gate` lets in at once. */
export interface GateOptions {
  /** What is counted, as the message of the `BusyError` has it. */
  readonly what: string;
  /** Of strangers in all; our own account and server have as many places again, which no stranger can take. */
  readonly total: number;
  /**
   * Of one key.
   * @default total
   */
  readonly perKey?: number | undefined;
  /**
   * Work that may wait for a place, of strangers and of our own each.
   * @default 1_000
   */
  readonly maxWaiting?: number | undefined;
}

/** Who wants in. */
export interface GateEntry {
  /**
   * Whose share it is counted in, such as a bare JID.
   * @default one for all
   */
  readonly key?: string | undefined;
  /**
   * Our own account or server, or our program itself: it never competes with strangers.
   * @default false
   */
  readonly own?: boolean | undefined;
}

interface Waiting extends GateEntry {
  readonly begin: (place: Registration) => void;
}

/** Places of one kind of visitor. */
interface Side {
  taken: number;
  readonly byKey: LazyMap<string, number>;
  readonly waiting: LazySet<Waiting>;
}

/** Bounds what is worked on at once: in all, for each key, and with places apart for our own account and server. */
export class Gate {
  readonly #options: GateOptions;
  readonly #strangers: Side = { taken: 0, byKey: new LazyMap(), waiting: new LazySet() };
  readonly #own: Side = { taken: 0, byKey: new LazyMap(), waiting: new LazySet() };

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Places that are taken. */
  get size(): number {
    return this.#strangers.taken + this.#own.taken;
  }

  /** What waits for a place. */
  get waiting(): number {
    return this.#strangers.waiting.size + this.#own.waiting.size;
  }

  /** Takes a place until that is disposed of; undefined where there is none. */
  enter(entry: GateEntry = {}): Registration | undefined {
    const side = this.#sideOf(entry);
    // Whoever waits has no room for its key, or nobody has any: this overtakes nobody.
    return this.#hasRoom(side, entry) ? this.#take(side, entry) : undefined;
  }

  /**
   * Does work in a place, once there is one: first come, first served. The place is taken until the work has settled, whether or not
   * its caller still waits for it.
   * @throws BusyError where too much waits already; the signal's reason where that aborts before the work has begun.
   */
  async run<T>(
    work: () => T | PromiseLike<T>,
    entry: GateEntry & { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    entry.signal?.throwIfAborted();
    const place = this.enter(entry) ?? (await this.#wait(entry, entry.signal));
    try {
      return await work();
    } finally {
      place.dispose();
    }
  }

  #wait(entry: GateEntry, signal: AbortSignal | undefined): Promise<Registration> {
    const side = this.#sideOf(entry);
    const { what, maxWaiting = 1_000 } = this.#options;
    return new Promise((resolve, reject) => {
      if (side.waiting.size >= maxWaiting) throw new BusyError(what, maxWaiting);
      const onAbort = (): void => {
        side.waiting.delete(waiting);
        signal?.removeEventListener('abort', onAbort);
        reject(signal?.reason);
      };
      const begin = (place: Registration): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve(place);
      };
      const waiting: Waiting = { ...entry, begin };
      side.waiting.add(waiting);
      signal?.addEventListener('abort', onAbort);
    });
  }

  #sideOf({ own = false }: GateEntry): Side {
    return own ? this.#own : this.#strangers;
  }

  #hasRoom(side: Side, { key = '' }: GateEntry): boolean {
    const { total, perKey = total } = this.#options;
    return side.taken < total && (side.byKey.get(key) ?? 0) < perKey;
  }

  #take(side: Side, { key = '' }: GateEntry): Registration {
    side.taken += 1;
    side.byKey.set(key, (side.byKey.get(key) ?? 0) + 1);
    return new Registration(() => {
      side.taken -= 1;
      const left = (side.byKey.get(key) ?? 1) - 1;
      if (left > 0) side.byKey.set(key, left);
      else side.byKey.delete(key);
      this.#admit(side);
    });
  }

  /** Lets in those for whom there is room: one whose key has its share does not keep others out. */
  #admit(side: Side): void {
    for (const waiting of side.waiting) {
      if (side.taken >= this.#options.total) return;
      if (!this.#hasRoom(side, waiting)) continue;
      side.waiting.delete(waiting);
      waiting.begin(this.#take(side, waiting));
    }
  }
}
