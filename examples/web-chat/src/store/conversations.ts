import { Conversation } from './conversation.js';

/** Conversations with people who are no contacts, beyond which the oldest are forgotten. */
const STRANGERS = 200;
/** Lines that are kept of a conversation that nobody has open, and of the one that is. */
const KEPT = 500;
const KEPT_OPEN = 10_000;

/** All conversations, and the one that is open. */
export class Conversations {
  readonly #all = new Map<string, Conversation>();
  #open: string | undefined;
  #watched = true;

  /** The address of the one that is open. */
  get open(): string | undefined {
    return this.#open;
  }

  /** Every conversation, in the order in which they began. */
  get all(): Iterable<Conversation> {
    return this.#all.values();
  }

  get unread(): number {
    let sum = 0;
    for (const { unread } of this.#all.values()) sum += unread;
    return sum;
  }

  /** The one that somebody looks at. */
  get inSight(): Conversation | undefined {
    return this.#watched ? this.find(this.#open) : undefined;
  }

  find(jid: string | undefined): Conversation | undefined {
    return jid === undefined ? undefined : this.#all.get(jid);
  }

  get(jid: string, kind: Conversation['kind'] = 'chat'): Conversation {
    const known = this.#all.get(jid);
    if (known) return known;
    const conversation = new Conversation(jid, kind);
    this.#all.set(jid, conversation);
    return conversation;
  }

  forget(jid: string): void {
    this.#all.delete(jid);
    if (this.#open === jid) this.#open = undefined;
  }

  /** Undefined closes the one that is open. */
  show(jid: string | undefined): void {
    if (jid !== this.#open) this.find(this.#open)?.trim(KEPT);
    this.#open = jid;
    this.#read();
  }

  /** Whether somebody looks at the page. */
  watch(watched: boolean): void {
    this.#watched = watched;
    this.#read();
  }

  /** To be called when something was added: what is in sight is read, and what nobody looks at is bounded. */
  added(conversation: Conversation, isKnown: (jid: string) => boolean): void {
    if (conversation === this.inSight) this.#read();
    conversation.trim(conversation.jid === this.#open ? KEPT_OPEN : KEPT);
    const strangers = [...this.#all.values()].filter(({ jid, kind }) => kind === 'chat' && !isKnown(jid));
    for (const { jid } of strangers.slice(0, -STRANGERS)) if (jid !== this.#open) this.#all.delete(jid);
  }

  #read(): void {
    this.inSight?.readUpTo();
  }
}
