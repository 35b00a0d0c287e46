import type { Author } from '@sestina/core/handlers';
import { LruMap } from '@sestina/core/util';
import { type MessageFacts, sameAuthor } from '@sestina/message-index';

/** What one person has reacted to a message with. */
export interface ReactionSet {
  readonly author: Author;
  readonly emojis: readonly string[];
  /** When that was said, in milliseconds since 1970. */
  readonly at: number;
}

/** How much is kept. */
export interface TableBounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly maxAuthors: number;
  isStranger(facts: MessageFacts): boolean;
}

interface Kept {
  readonly facts: MessageFacts;
  readonly sets: readonly ReactionSet[];
}

// Of a message, and of what one person has reacted with: with addresses, estimated.
const MESSAGE = 900;
const SET = 300;

/** Who has reacted to which message with what; of too many messages those of strangers are forgotten first. */
export class ReactionTable {
  readonly #maxAuthors: number;
  readonly #kept: LruMap<string, Kept>;

  constructor({ maxMessages, maxBytes, maxAuthors, isStranger }: TableBounds) {
    this.#maxAuthors = maxAuthors;
    this.#kept = new LruMap({
      maxEntries: maxMessages,
      maxBytes,
      sizeOf: ({ sets }) => sets.reduce((sum, set) => sum + sizeOf(set), MESSAGE),
      isStranger: ({ facts }) => isStranger(facts),
    });
  }

  get(facts: MessageFacts): readonly ReactionSet[] {
    return this.#kept.peek(facts.key)?.sets ?? [];
  }

  /** What that person has reacted with, as far as it is certain who that is. */
  by(facts: MessageFacts, author: Author): ReactionSet | undefined {
    return this.get(facts).find((set) => sameAuthor(set.author, author));
  }

  /** Puts a set in the place of the former one of the same person. An empty one stays, or an older one would come to life again. */
  set(facts: MessageFacts, set: ReactionSet): void {
    const others = this.get(facts).filter(({ author }) => !sameAuthor(author, set.author));
    const room = others.slice(Math.max(0, others.length + 1 - this.#maxAuthors));
    this.#kept.set(facts.key, { facts, sets: [...room, set] });
  }

  /** Somebody turns out to be somebody else as far as the room is concerned. */
  rename(facts: MessageFacts, from: Author, to: Author): void {
    const former = this.by(facts, from);
    if (!former || sameAuthor(from, to)) return;
    const sets = this.get(facts).filter((set) => set !== former);
    this.#kept.set(facts.key, { facts, sets });
    this.set(facts, { ...former, author: to });
  }

  delete(facts: MessageFacts): boolean {
    return this.#kept.delete(facts.key);
  }

  /** Forgets the messages of which that is said. */
  forget(isGone: (facts: MessageFacts) => boolean): void {
    for (const key of this.#kept.keys()) {
      const kept = this.#kept.peek(key);
      if (kept && isGone(kept.facts)) this.#kept.delete(key);
    }
  }
}

function sizeOf({ author, emojis }: ReactionSet): number {
  const characters = emojis.reduce((sum, emoji) => sum + emoji.length, author.jid.full.length);
  return SET + 2 * (characters + (author.occupantId?.length ?? 0));
}
