import type { ClientXMPP } from '@sestina/client';
import type { Message } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { type MessageFacts, MessageIndex } from '@sestina/message-index';

/** The message that a line shows. */
export interface Original {
  readonly message: Message;
  readonly facts: MessageFacts;
}

/** The messages behind the lines, by their keys: who answers, corrects or takes back one needs it. */
export class Originals {
  readonly #index: MessageIndex;
  #first = 0;
  #last = 0;
  readonly #all = new LruMap<string, Original>({
    maxEntries: 20_000,
    maxBytes: 33_554_432,
    sizeOf: ({ message }) => 1_000 + 2 * message.toString().length,
  });

  constructor(xmpp: ClientXMPP) {
    this.#index = xmpp.plugin(MessageIndex);
  }

  /** The place of a message among those of the same time. @param backwards Whether it is told after those that were said later. */
  orderOf(backwards: boolean): number {
    if (backwards) return --this.#first;
    return ++this.#last;
  }

  /** Keeps a message, without what it came in. Its facts have the key of its line. */
  keep(message: Message): MessageFacts {
    const facts = this.#index.note(message);
    if (!this.#all.has(facts.key)) this.#all.set(facts.key, { message: message.compact(), facts });
    return facts;
  }

  /** What is known of a message that may be shown already. */
  factsOf(message: Message): MessageFacts {
    return this.#index.note(message);
  }

  get(key: string): Original | undefined {
    return this.#all.get(key);
  }
}
