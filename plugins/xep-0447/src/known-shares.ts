import type { Message } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { sameAuthor } from '@sestina/message-index';
import type { FileSources } from './stanza.js';

interface Known {
  readonly author: Message['context']['author'];
  readonly added: readonly { readonly sources: FileSources; readonly bySender: boolean }[];
}

// Of one message, by its sender, and by all others: anybody in a room may add some.
const MOST_ADDED = 16;

/** Messages that share files, and the sources that were added to them since: the latest of them. */
export class KnownShares {
  readonly #known = new LruMap<string, Known>({
    maxEntries: 500,
    maxBytes: 500_000,
    sizeOf: ({ added }, key) =>
      added.reduce((bytes, { sources }) => bytes + 2 * `${sources.xml}`.length, 400 + 2 * key.length),
  });

  /** Notes a message that shares files. The first one of an id counts. */
  add(message: Message): void {
    if (!message.id) return;
    const key = this.#key(message, message.id);
    if (!this.#known.has(key)) this.#known.set(key, { author: copied(message), added: [] });
  }

  /**
   * Notes sources that a message adds to an earlier one.
   * @returns whether the sender of that one says so; undefined where it is not known, or has enough of them.
   */
  attach(message: Message, to: string, sources: FileSources): boolean | undefined {
    const key = this.#key(message, to);
    const known = this.#known.get(key);
    if (!known) return undefined;
    const bySender = sameAuthor(known.author, message.context.author);
    if (known.added.filter((other) => other.bySender === bySender).length >= MOST_ADDED) return undefined;
    this.#known.set(key, { ...known, added: [...known.added, { sources: sources.compact(), bySender }] });
    return bySender;
  }

  /** What was added for that file of a message. */
  addedTo(message: Message, id: string | undefined): Known['added'] {
    const known = message.id ? this.#known.peek(this.#key(message, message.id)) : undefined;
    return (known?.added ?? []).filter(({ sources }) => sources.id === id);
  }

  #key({ to, context }: Message, id: string): string {
    // A component has many addresses.
    const own = context.way === 'in' ? to : context.outer.from;
    return JSON.stringify([own?.bare.full, context.peer.full, id]);
  }
}

function copied({ context: { author } }: Message): Message['context']['author'] {
  return { ...author };
}
