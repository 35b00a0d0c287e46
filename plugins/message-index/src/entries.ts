import { Conversation } from './conversation.js';
import type { Entry } from './entry.js';

/** How much is kept. */
export interface Bounds {
  readonly conversations: number;
  readonly perConversation: number;
  readonly total: number;
}

interface Place {
  readonly name: string;
  readonly conversation: Conversation;
}

/** Conversations with bounds: of what is too much, the oldest is forgotten, and the conversation that was quiet for longest. */
export class Entries {
  readonly #bounds: Bounds;
  /** The one in which something was said last is the last. */
  readonly #conversations = new Map<string, Conversation>();
  /** Oldest first. */
  readonly #all = new Map<Entry, Place>();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#all.size;
  }

  get(name: string): Conversation | undefined {
    return this.#conversations.get(name);
  }

  add(name: string, entry: Entry): void {
    const conversation = this.#conversations.get(name) ?? new Conversation();
    this.#conversations.delete(name);
    this.#conversations.set(name, conversation);
    conversation.add(entry);
    this.#all.set(entry, { name, conversation });
    const { conversations, perConversation, total } = this.#bounds;
    if (conversation.entries.size > perConversation) this.#forgetFirst(conversation.entries);
    if (this.#all.size > total) this.#forgetFirst(this.#all.keys());
    if (this.#conversations.size <= conversations) return;
    const [quiet] = this.#conversations.values();
    for (const old of [...(quiet?.entries ?? [])]) this.#forget(old);
  }

  clear(): void {
    this.#all.clear();
    this.#conversations.clear();
  }

  #forgetFirst(entries: Iterable<Entry>): void {
    for (const entry of entries) {
      this.#forget(entry);
      return;
    }
  }

  #forget(entry: Entry): void {
    const place = this.#all.get(entry);
    this.#all.delete(entry);
    if (!place) return;
    place.conversation.delete(entry);
    if (place.conversation.entries.size === 0) this.#conversations.delete(place.name);
  }
}
