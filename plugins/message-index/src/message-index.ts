import { type JID, type Message, type MessageContext, Plugin, type Registration } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import type { MessageRef } from '@sestina/xep-0359';
import { sameAuthor } from './same-author.js';

/** What is kept of a message. */
export interface MessageFacts {
  /** What the index calls it: no two messages have the same. */
  readonly key: string;
  /** The other side of the conversation, as `message.context` has it. */
  readonly peer: JID;
  readonly kind: MessageContext['kind'];
  readonly way: MessageContext['way'];
  readonly author: Author;
  readonly id: string | undefined;
  readonly originId: string | undefined;
  /** Whose archive has it, and what that calls it. */
  readonly archive: JID | undefined;
  readonly archiveId: string | undefined;
  /** Of a correction (XEP-0308), the `id` of what it takes the place of, as its sender says. */
  readonly replaces: string | undefined;
  readonly sentAt: Date | undefined;
  /** Whether its sender asked not to keep it. */
  readonly noStore: boolean;
  /** Of what `find()` gives: whether there are others that could be meant as well, by the same author where one was given. */
  readonly ambiguous: boolean;
}

/** How a message is looked for. */
export interface FindOptions {
  /**
   * Who has to have said it.
   * @default anybody
   */
  readonly author?: Author | undefined;
  /**
   * Which address of a component has the conversation.
   * @default ours
   */
  readonly account?: JID | undefined;
  /**
   * The one that refers: a message never means itself, also where its sender has given both the same `id`.
   * @default none
   */
  readonly not?: MessageFacts | undefined;
  /**
   * Only among the last so many messages of their author in that conversation; corrections are not counted.
   * @default all that are known
   */
  readonly last?: number | undefined;
}

/** Corrections that each point at the one before: more of them in a row are nobody's habit. */
const MAX_CHAIN = 20;

/**
 * Which message is meant, by whom it is, and whether it was seen before. Corrections, receipts, reactions, markers and bots ask; who keeps
 * messages in a database of his own provides another one: `static provides = [MessageIndex]`.
 */
export abstract class MessageIndex extends Plugin {
  /** Notes a message that the steps of messages have not seen, and gives what is kept of it. One that was noted gives the same again. */
  abstract note(message: Message): MessageFacts;

  /**
   * The message that somebody refers to, of those that were noted: by what its archive calls it, then by its `id` and its origin id, the
   * right one of them before the other. Of several the newest that is no correction, which is then `ambiguous`.
   * @param peer The other side of the conversation.
   * @param ref What it is called; text, where it is not known by whom.
   */
  abstract find(peer: JID, ref: MessageRef | string, options?: FindOptions): Promise<MessageFacts | undefined>;

  /**
   * Whether a message came for the first time: false for one that an archive, a copy, a room or a server has given before. Who acts upon
   * messages asks; who shows them need not.
   */
  abstract firstTime(message: Message): boolean;

  /**
   * Calls back once when a message is there that somebody refers to: at once, or when it is noted. Of many that wait the oldest are
   * given up.
   */
  abstract onFound(
    peer: JID,
    ref: MessageRef | string,
    callback: (facts: MessageFacts) => void,
    options?: FindOptions,
  ): Registration;

  /**
   * The first version of a message that was corrected (XEP-0308), which is what others refer to; the message itself where it corrects
   * nothing of its own author that is known.
   * @param account Which address of a component has the conversation.
   */
  async original(facts: MessageFacts, account?: JID): Promise<MessageFacts> {
    const seen = new Set<string>(); // bound: MAX_CHAIN
    let first = facts;
    while (first.replaces !== undefined && seen.size < MAX_CHAIN) {
      seen.add(first.key);
      const ref = { kind: 'message', id: first.replaces } as const;
      const before = await this.find(first.peer, ref, { author: first.author, account, not: first });
      if (!before || seen.has(before.key)) break;
      first = before;
    }
    return first;
  }

  /** Whether two messages are by the same sender, as far as that is certain. Nicks are never compared. */
  sameAuthor(a: Author, b: Author): boolean {
    return sameAuthor(a, b);
  }
}
