import { BaseXMPP, ConfigError, type JID, type Message, type MessageContext, Registration } from '@sestina/core';
import { LruMap } from '@sestina/core/util';
import { DelayedDelivery } from '@sestina/xep-0203';
import { type MessageRef, StanzaIds } from '@sestina/xep-0359';
import type { Conversation } from './conversation.js';
import { Entries } from './entries.js';
import { type Entry, entryOf } from './entry.js';
import { accountOf, isKnownPeer } from './known-peer.js';
import { type FindOptions, type MessageFacts, MessageIndex } from './message-index.js';
import { sameAuthor } from './same-author.js';

/** Options of `MemoryMessageIndex`: how many messages are known. */
export class MemoryMessageIndexOptions {
  /**
   * Messages of a conversation.
   * @default 1_000
   */
  perConversation = 1_000;
  /**
   * Messages of all conversations with contacts, rooms and ourselves.
   * @default 50_000
   */
  total = 50_000;
  /**
   * Bytes of memory for what is known of all these, estimated: some 20,000 messages with ordinary ids.
   * @default 16_777_216
   */
  maxBytes = 16_777_216;
  /**
   * Messages of somebody who is no contact.
   * @default 200
   */
  perStranger = 200;
  /**
   * Such people. They have no part in `total` and `maxBytes`: a tenth of these is theirs beside it.
   * @default 2_000
   */
  strangers = 2_000;
}

/** Those who wait for a message. */
const MAX_WAITING = 1_000;
/** One of them, beside the id that it waits for. */
const WAITING = 500;

interface Waiting {
  readonly name: string;
  readonly isStranger: boolean;
  readonly ref: MessageRef | string;
  readonly options: FindOptions;
  readonly callback: (facts: MessageFacts) => void;
}

/** Keeps in memory what is said in which message, as far as its bounds go, for as long as the program runs. */
export class MemoryMessageIndex extends MessageIndex {
  static override readonly id = 'message-index';
  static override readonly Options = MemoryMessageIndexOptions;
  static override readonly inject = [BaseXMPP, MemoryMessageIndexOptions, DelayedDelivery, StanzaIds] as const;
  static override readonly provides = [MessageIndex] as const;
  readonly #xmpp: BaseXMPP;
  readonly #known: Entries;
  readonly #strangers: Entries;
  /** Of messages that are still around, what was noted; undefined where they came before. */
  readonly #noted = new WeakMap<Message, { readonly entry: Entry; readonly first: boolean }>();
  readonly #waiting: LruMap<Waiting, true>;
  /** The one that is described right now: others have still to say who wrote it. */
  #described: { readonly message: Message; readonly context: MessageContext } | undefined;
  #count = 0;

  /** @throws ConfigError for a number that is none from 1. */
  constructor(xmpp: BaseXMPP, options: MemoryMessageIndexOptions, _delayed: DelayedDelivery, _stanzaIds: StanzaIds) {
    super();
    for (const [name, value] of Object.entries(options)) {
      if (!(Number.isSafeInteger(value) && value >= 1)) {
        throw new ConfigError(`${name} is a whole number from 1, got ${value}`, name);
      }
    }
    const { perConversation, total, maxBytes, perStranger, strangers } = options;
    this.#xmpp = xmpp;
    this.#waiting = new LruMap({
      maxEntries: MAX_WAITING,
      sizeOf: (_, { name, ref }) => WAITING + 2 * (name.length + idOf(ref).length),
      isStranger: (_, { isStranger }) => isStranger,
    });
    this.#known = new Entries({ conversations: total, perConversation, total, maxBytes });
    this.#strangers = new Entries({
      conversations: strangers,
      perConversation: perStranger,
      total: Math.max(perStranger, Math.floor(total / 10)),
      maxBytes: Math.max(1, Math.floor(maxBytes / 10)),
    });
    this.own(
      xmpp.messages.describe((message, context) => {
        this.#settle();
        this.#described = { message, context };
        queueMicrotask(() => this.#settle());
      }),
      { dispose: () => this.#clear() },
    );
  }

  /** Messages that are known. */
  get size(): number {
    this.#settle();
    return this.#known.size + this.#strangers.size;
  }

  override note(message: Message): MessageFacts {
    this.#settle();
    return this.#note(message, message.context).entry;
  }

  override firstTime(message: Message): boolean {
    // An error says again what was sent, and nothing of its own.
    if (message.type === 'error') return true;
    this.#settle();
    return this.#note(message, message.context).first;
  }

  override async find(
    peer: JID,
    ref: MessageRef | string,
    options: FindOptions = {},
  ): Promise<MessageFacts | undefined> {
    this.#settle();
    return this.#find(this.#nameOf(peer, options.account), ref, options);
  }

  override onFound(
    peer: JID,
    ref: MessageRef | string,
    callback: (facts: MessageFacts) => void,
    options: FindOptions = {},
  ): Registration {
    this.#settle();
    const name = this.#nameOf(peer, options.account);
    const isStranger = !isKnownPeer(this.#xmpp, peer, options.account?.bare ?? this.#xmpp.account);
    const waiting = { name, isStranger, ref, options, callback };
    const registration = new Registration(() => void this.#waiting.delete(waiting));
    const found = this.#find(name, ref, options);
    if (found) {
      registration.dispose();
      callback(found);
      return registration;
    }
    this.#waiting.set(waiting, true);
    return registration;
  }

  #settle(): void {
    const described = this.#described;
    this.#described = undefined;
    if (described) this.#note(described.message, described.context);
  }

  #note(message: Message, context: MessageContext): { readonly entry: Entry; readonly first: boolean } {
    const noted = this.#noted.get(message);
    if (noted) {
      // One of ours may have been noted before it was sent.
      noted.entry.sentAt ??= context.sentAt;
      return noted;
    }
    const account = accountOf(this.#xmpp, message, context);
    const name = this.#nameOf(context.peer, account);
    this.#count += 1;
    const entry = entryOf(message, context, String(this.#count), this.#xmpp.clock.monotonic());
    const [conversation, before] = this.#before(name, entry);
    const result = { entry: before ?? entry, first: before === undefined };
    this.#noted.set(message, result);
    if (before) {
      conversation?.learn(before, entry);
    } else {
      (isKnownPeer(this.#xmpp, context.peer, account) ? this.#known : this.#strangers).add(name, entry);
    }
    this.#tell(name, result.entry);
    return result;
  }

  #before(name: string, entry: Entry): [Conversation | undefined, Entry | undefined] {
    for (const entries of [this.#known, this.#strangers]) {
      const conversation = entries.get(name);
      const before = conversation?.sameAs(entry);
      if (before) return [conversation, before];
    }
    return [undefined, undefined];
  }

  #find(name: string, ref: MessageRef | string, options: FindOptions): Entry | undefined {
    return this.#known.get(name)?.find(ref, options) ?? this.#strangers.get(name)?.find(ref, options);
  }

  /** Tells those who wait for that one. Who waits was not found before: nothing else could be meant now. */
  #tell(name: string, entry: Entry): void {
    for (const waiting of this.#waiting.keys()) {
      if (waiting.name !== name || !isWaitedFor(entry, waiting)) continue;
      const found = this.#find(name, waiting.ref, waiting.options);
      if (!found || !this.#waiting.delete(waiting)) continue;
      try {
        waiting.callback(found);
      } catch (error) {
        this.#xmpp.reportError(error, 'callback of a message that was found');
      }
    }
  }

  #nameOf(peer: JID, account: JID | undefined): string {
    return this.#xmpp.isComponent ? `${(account ?? this.#xmpp.account).bare.full} ${peer.full}` : peer.full;
  }

  #clear(): void {
    this.#described = undefined;
    this.#waiting.clear();
    this.#known.clear();
    this.#strangers.clear();
  }
}

const idOf = (ref: MessageRef | string): string => (typeof ref === 'string' ? ref : ref.id);

function isWaitedFor({ id, originId, archiveId, author }: Entry, { ref, options }: Waiting): boolean {
  const wanted = idOf(ref);
  if (wanted !== id && wanted !== originId && wanted !== archiveId) return false;
  return !options.author || sameAuthor(author, options.author);
}
