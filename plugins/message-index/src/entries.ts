import { LruMap } from '@sestina/core/util';
import { Conversation } from './conversation.js';
import type { Entry } from './entry.js';

/** How much is kept. */
export interface Bounds {
  readonly conversations: number;
  readonly perConversation: number;
  readonly total: number;
  readonly maxBytes: number;
}

interface Place {
  readonly name: string;
  readonly conversation: Conversation;
}

// An entry with its addresses, and its places in the tables, beside the characters of its ids: measured.
const ENTRY = 700;

/** Conversations with bounds: of what is too much, the oldest is forgotten, and the conversation that was quiet for longest. */
export class Entries {
  readonly #perConversation: number;
  /** The one in which something was said last is the last. */
  readonly #conversations: LruMap<string, Conversation>;
  readonly #all: LruMap<Entry, Place>;

  constructor({ conversations, perConversation, total, maxBytes }: Bounds) {
    this.#perConversation = perConversation;
    this.#conversations = new LruMap({
      maxEntries: conversations,
      // What is in it is counted below.
      sizeOf: () => 0,
      dropped: (_name, conversation) => {
        for (const entry of conversation.entries.keys()) this.#all.delete(entry);
      },
    });
    this.#all = new LruMap({
      maxEntries: total,
      maxBytes,
      sizeOf: ({ name }, entry) => sizeOf(name, entry),
      dropped: (entry, place) => this.#dropped(entry, place),
    });
  }

  get size(): number {
    return this.#all.size;
  }

  get(name: string): Conversation | undefined {
    return this.#conversations.peek(name);
  }

  add(name: string, entry: Entry): void {
    let conversation = this.#conversations.get(name);
    if (!conversation) {
      conversation = new Conversation(this.#perConversation, (oldest) => void this.#all.delete(oldest));
      this.#conversations.set(name, conversation);
    }
    conversation.add(entry);
    const place = { name, conversation };
    if (!this.#all.set(entry, place)) this.#dropped(entry, place);
  }

  clear(): void {
    this.#all.clear();
    this.#conversations.clear();
  }

  #dropped(entry: Entry, { name, conversation }: Place): void {
    conversation.delete(entry);
    if (conversation.entries.size === 0) this.#conversations.delete(name);
  }
}

function sizeOf(name: string, { id, originId, archiveId, replaces, author: { jid, occupantId } }: Entry): number {
  const texts = [id, originId, archiveId, replaces, occupantId, jid.full, name];
  return ENTRY + 2 * texts.reduce((sum, text = '') => sum + text.length, 0);
}
