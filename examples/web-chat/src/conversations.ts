/** One message of a conversation. */
export interface Line {
  readonly mine: boolean;
  readonly body: string;
  readonly at: Date;
  /** Only of ours: whether it has gone out, waits for that, or never will. */
  state: 'failed' | 'sent' | 'waiting';
  /** Of the stanza, by which an error that comes back finds it. */
  id?: string | undefined;
}

/** What was said with one contact since the page was opened. */
export interface Conversation {
  /** Bare JID. */
  readonly jid: string;
  readonly lines: Line[];
  unread: number;
}

/** All conversations, and the one that is open. */
export class Conversations {
  readonly #all = new Map<string, Conversation>();
  #open: string | undefined;

  /** The bare JID of the one that is open. */
  get open(): string | undefined {
    return this.#open;
  }

  /** Every conversation, in the order in which they began. */
  get all(): IterableIterator<Conversation> {
    return this.#all.values();
  }

  get unread(): number {
    let sum = 0;
    for (const { unread } of this.#all.values()) sum += unread;
    return sum;
  }

  get(jid: string): Conversation {
    const known = this.#all.get(jid);
    if (known) return known;
    const conversation: Conversation = { jid, lines: [], unread: 0 };
    this.#all.set(jid, conversation);
    return conversation;
  }

  has(jid: string): boolean {
    return this.#all.has(jid);
  }

  /** Undefined closes the one that is open. */
  show(jid: string | undefined): void {
    this.#open = jid;
    if (jid !== undefined) this.get(jid).unread = 0;
  }

  received(jid: string, body: string, at: Date): void {
    const conversation = this.get(jid);
    conversation.lines.push({ mine: false, body, at, state: 'sent' });
    if (this.#open !== jid || document.visibilityState === 'hidden') conversation.unread += 1;
  }

  /** Says of one of ours that it did not arrive. */
  bounced(jid: string, id: string): void {
    const line = this.#all.get(jid)?.lines.find((candidate) => candidate.mine && candidate.id === id);
    if (line) line.state = 'failed';
  }

  sending(jid: string, body: string, at: Date): Line {
    const line: Line = { mine: true, body, at, state: 'waiting' };
    this.get(jid).lines.push(line);
    return line;
  }
}
