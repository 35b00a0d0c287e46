import type { Clock } from '@sestina/core';
import { LruMap, RateLimiter } from '@sestina/core/util';

/** How often a bot is asked. */
export interface RequestBounds {
  readonly loop: number;
  readonly perAuthor: number;
  readonly total: number;
}

/** Who asks. */
export interface Asker {
  readonly author: string;
  /** Whom its author shares a part of the total with, such as those in a room; undefined for a contact. */
  readonly group: string | undefined;
}

interface Known {
  /** When it was answered last. */
  answered: number;
  /** When it was heard last. */
  heard: number;
  /** When it has answered an answer at once. */
  quick: readonly number[];
  muted: boolean;
  told: boolean;
  readonly stranger: boolean;
}

const WINDOW = 10_000;
// A person needs longer to read an answer and to write the next request.
const QUICK = 2_000;

/** How often a bot lets itself be asked, by whom, and when it stops talking with something that answers each answer. */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #loop: number;
  readonly #authors: RateLimiter;
  readonly #groups: RateLimiter;
  readonly #contacts: RateLimiter;
  readonly #notices: RateLimiter;
  readonly #known = new LruMap<string, Known>({
    maxEntries: 1_000,
    sizeOf: ({ quick }, key) => 400 + 2 * key.length + 8 * quick.length,
    isStranger: ({ stranger }) => stranger,
  });

  constructor(clock: Clock, { loop, perAuthor, total }: RequestBounds) {
    this.#clock = clock;
    this.#loop = loop;
    this.#authors = new RateLimiter(clock, { perKey: perAuthor, window: WINDOW });
    this.#groups = new RateLimiter(clock, { perKey: Math.ceil(total / 2), total, window: WINDOW });
    this.#contacts = new RateLimiter(clock, { perKey: total, window: WINDOW });
    this.#notices = new RateLimiter(clock, { perKey: 1, total: 10, window: WINDOW });
  }

  /** Whether a request counts; `tell`: it does not, and its author has not been told yet. */
  take(asker: Asker): 'no' | 'tell' | 'yes' {
    const now = this.#clock.monotonic();
    const known = this.#knownOf(asker);
    const silence = now - known.heard;
    known.heard = now;
    if (known.muted && silence < WINDOW) return 'no';
    known.muted = false;
    known.quick = known.quick.filter((time) => now - time < WINDOW);
    if (now - known.answered < QUICK) known.quick = [...known.quick, now];
    if (known.quick.length >= this.#loop) {
      known.muted = true;
      known.quick = [];
      return 'no';
    }
    if (this.#authors.take(asker.author) > 0) return this.#tell(known, asker);
    known.told = false;
    const refused = asker.group === undefined ? this.#contacts.take('') : this.#groups.take(asker.group);
    return refused > 0 ? 'no' : 'yes';
  }

  /** An author was answered. */
  answered(asker: Asker): void {
    this.#knownOf(asker).answered = this.#clock.monotonic();
  }

  clear(): void {
    this.#known.clear();
    for (const limiter of [this.#authors, this.#groups, this.#contacts, this.#notices]) limiter.clear();
  }

  #tell(known: Known, { author }: Asker): 'no' | 'tell' {
    if (known.told || this.#notices.take(author) > 0) return 'no';
    known.told = true;
    return 'tell';
  }

  #knownOf({ author, group }: Asker): Known {
    const found = this.#known.get(author);
    if (found) return found;
    const never = Number.NEGATIVE_INFINITY;
    const known: Known = {
      answered: never,
      heard: never,
      quick: [],
      muted: false,
      told: false,
      stranger: group !== undefined,
    };
    this.#known.set(author, known);
    return known;
  }
}
