import type { BaseXMPP, Message, Registration } from '@sestina/core';
import type { Author } from '@sestina/core/handlers';
import { LruMap, weightOf } from '@sestina/core/util';
import type { MessageRef } from '@sestina/xep-0359';
import { accountOf, isKnownPeer } from './known-peer.js';
import type { FindOptions, MessageFacts, MessageIndex } from './message-index.js';

/** Which message is looked for. */
export interface Target {
  readonly ref: MessageRef | string;
  /** Who has to have said it. @default anybody */
  readonly author?: Author | undefined;
  /** Only among the last so many messages of that author. @default all that are known */
  readonly last?: number | undefined;
}

/** How many messages may wait for the one that they are about. */
export interface TargetFinderBounds {
  /** @default 500 */
  readonly maxPending?: number | undefined;
  /** Bytes of all of them, estimated. @default 1_048_576 */
  readonly maxPendingBytes?: number | undefined;
}

// Beside the message: what waits for it, in two tables.
const ENTRY = 1_000;
const SOURCES = ['stream', 'carbon', 'archive', 'history'] as const;
/** Which part of all that waits may be of one conversation: everybody who is in a room can fill that. */
const SHARE = 1 / 4;

interface Pending {
  readonly conversation: string;
  readonly bytes: number;
  waiting?: Registration;
}

/**
 * Finds the messages that others are about, for plugins that read such messages: in the same conversation, always the first version of
 * what was corrected, never the message that asks. What is about a message that is not known waits for it, since archives may give
 * them the wrong way round: bounded, those of strangers are given up first.
 */
export class TargetFinder {
  readonly #xmpp: BaseXMPP;
  readonly #index: MessageIndex;
  readonly #pending: LruMap<Message, Pending>;
  readonly #maxOfOne: number;
  readonly #maxBytesOfOne: number;

  constructor(
    xmpp: BaseXMPP,
    index: MessageIndex,
    { maxPending = 500, maxPendingBytes = 1_048_576 }: TargetFinderBounds = {},
  ) {
    this.#xmpp = xmpp;
    this.#index = index;
    this.#maxOfOne = Math.max(1, maxPending * SHARE);
    this.#maxBytesOfOne = maxPendingBytes * SHARE;
    this.#pending = new LruMap({
      maxEntries: maxPending,
      maxBytes: maxPendingBytes,
      maxValueBytes: maxPendingBytes * SHARE,
      sizeOf: ({ bytes }) => bytes,
      isStranger: (_entry, message) => this.isStranger(message),
      dropped: (_message, { waiting }) => waiting?.dispose(),
    });
  }

  /**
   * For `xmpp.onMessage()`: messages that are about others, whichever way they come, one after the other in each conversation; one that
   * takes an index longer than 30 seconds keeps the next ones no longer.
   */
  get inOrder() {
    const { isComponent } = this.#xmpp;
    return {
      sources: SOURCES,
      sequential: ({ to, context }: Message): string => `${isComponent ? to : ''} ${context.peer}`,
      timeout: 30_000,
    } as const;
  }

  /** Messages that wait. */
  get size(): number {
    return this.#pending.size;
  }

  /** Whether a conversation is one with somebody who is no contact: what is kept of it makes room before all else. */
  isStranger(message: Message): boolean {
    return !isKnownPeer(this.#xmpp, message.context.peer, accountOf(this.#xmpp, message, message.context));
  }

  /** The message that another one is about; undefined where it is not known. @throws what the index throws. */
  async find(message: Message, target: Target): Promise<MessageFacts | undefined> {
    const options = this.#optionsFor(message, target);
    const found = await this.#index.find(message.context.peer, target.ref, options);
    return found && this.#index.original(found, options.account);
  }

  /**
   * Calls back when the message that another one is about comes, with a copy of the latter: once, or never where it does not come or too
   * many wait.
   */
  later(message: Message, target: Target, found: (message: Message, facts: MessageFacts) => void): void {
    const options = this.#optionsFor(message, target);
    const kept = message.compact();
    const conversation = `${options.account?.bare} ${message.context.peer.bare}`;
    const entry: Pending = { conversation, bytes: ENTRY + weightOf(kept.xml) };
    if (!this.#pending.set(kept, entry)) return;
    this.#keepShare(conversation);
    const call = async (facts: MessageFacts): Promise<void> => {
      try {
        const first = await this.#index.original(facts, options.account);
        if (this.#pending.delete(kept)) found(kept, first);
      } catch (error) {
        this.#xmpp.reportError(error, 'message that another one is about');
      }
    };
    entry.waiting = this.#index.onFound(kept.context.peer, target.ref, (facts) => void call(facts), options);
  }

  /** Gives up the oldest of a conversation, where too many of it wait. */
  #keepShare(conversation: string): void {
    let count = 0;
    let bytes = 0;
    for (const message of [...this.#pending.keys()].reverse()) {
      const pending = this.#pending.peek(message);
      if (pending?.conversation !== conversation) continue;
      count += 1;
      bytes += pending.bytes;
      if (count <= this.#maxOfOne && bytes <= this.#maxBytesOfOne) continue;
      pending.waiting?.dispose();
      this.#pending.delete(message);
    }
  }

  /** Nothing waits any more of which that is said. */
  forget(isGone: (message: Message) => boolean): void {
    for (const message of this.#pending.keys()) {
      if (!isGone(message)) continue;
      this.#pending.peek(message)?.waiting?.dispose();
      this.#pending.delete(message);
    }
  }

  /** Nothing waits any more. */
  dispose(): void {
    this.forget(() => true);
  }

  #optionsFor(message: Message, { author, last }: Target): FindOptions {
    const account = accountOf(this.#xmpp, message, message.context);
    return { author, last, account, not: this.#index.note(message) };
  }
}
