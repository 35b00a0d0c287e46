import { Conversation } from './conversation.js';
import type { Entry } from './entry.js';
import { Fifo } from './fifo.js';

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
  readonly #all = new Set<Entry>();
  readonly #order = new Fifo(this.#all);
  readonly #places = new WeakMap<Entry, Place>();

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
    this.#all.add(entry);
    this.#order.push(entry);
    this.#places.set(entry, { name, conversation });
    const { conversations, perConversation, total } = this.#bounds;
    if (conversation.entries.size > perConversation) this.#forget(conversation.oldest);
    if (this.#all.size > total) this.#forget(this.#order.first);
    if (this.#conversations.size <= conversations) return;
    const [quiet] = this.#conversations.values();
    for (const old of [...(quiet?.entries ?? [])]) this.#forget(old);
  }

  clear(): void {
    this.#all.clear();
    this.#conversations.clear();
  }

  #forget(entry: Entry | undefined): void {
    const place = entry && this.#places.get(entry);
    if (!place || !this.#all.delete(entry)) return;
    place.conversation.delete(entry);
    if (place.conversation.entries.size === 0) this.#conversations.delete(place.name);
  }
}
