import type { Clock, JID, MessageSources, Timer } from '@sestina/core';
import { PeerTable } from './peer-table.js';
import type { ChatState } from './stanza.js';

/** What somebody does in a conversation. */
export interface PeerState {
  /** Who: a bare address; in a room the address of an occupant. */
  readonly author: JID;
  readonly state: ChatState;
  /** When it was heard of. */
  readonly since: Date;
}

/** A state that was heard of. */
export interface Heard extends PeerState {
  /** The key of a `Conversation`. */
  readonly conversation: string;
  readonly peer: JID;
  /** `out` for what we do on another device. */
  readonly way: 'in' | 'out';
  readonly source: keyof MessageSources;
  /** The resource that said so. */
  readonly from: JID;
}

interface Kept extends Heard {
  readonly timer: Timer | undefined;
}

/** What became of the state of somebody before. */
export type Ended = (before: Heard) => void;

/** The states of others, as they tell them. One who composes and is not heard of again is not believed for ever (XEP-0085 §8). */
export class HeardStates {
  readonly #clock: Clock;
  readonly #expireAfter: number;
  readonly #expired: Ended;
  readonly #all: PeerTable<Kept>;

  /** @param expired Told of who was composing and is not any more, without a word. */
  constructor(clock: Clock, expireAfter: number, expired: Ended) {
    this.#clock = clock;
    this.#expireAfter = expireAfter;
    this.#expired = expired;
    this.#all = new PeerTable((kept) => this.#end(kept));
  }

  /** Takes in a state. The one before comes back. */
  set(heard: Heard, known: boolean): ChatState | undefined {
    const key = keyOf(heard);
    const before = this.#all.get(key);
    before?.timer?.cancel();
    const late = (): void => this.#drop(kept);
    const timer =
      heard.state === 'composing' ? this.#clock.setTimer(this.#expireAfter, late, { background: true }) : undefined;
    const kept = { ...heard, timer };
    this.#all.set(key, kept, known);
    return before?.state;
  }

  /** Ends the composing of somebody who has said something without a state. */
  spoke(conversation: string, author: JID): void {
    const kept = this.#all.get(keyOf({ conversation, author }));
    if (kept?.state === 'composing') this.#drop(kept);
  }

  /** Forgets what a resource has told, or all resources of a bare address, which are gone. */
  left(own: JID, from: JID): void {
    for (const kept of [...this.#all]) {
      if (!kept.conversation.startsWith(`${own}\n`)) continue;
      if (kept.from.equals(from) || (from.isBare && kept.from.bare.equals(from))) this.#drop(kept);
    }
  }

  /** Forgets a conversation. */
  forget(conversation: string): void {
    for (const kept of [...this.#all]) {
      if (kept.conversation !== conversation) continue;
      kept.timer?.cancel();
      this.#all.delete(keyOf(kept));
    }
  }

  /** The states of others in a conversation. */
  of(conversation: string): PeerState[] {
    const all = [...this.#all].filter((kept) => kept.conversation === conversation && kept.way === 'in');
    return all.map(({ author, state, since }) => ({ author, state, since }));
  }

  /** Forgets all. */
  clear(): void {
    for (const kept of this.#all.clear()) this.#end(kept);
  }

  #drop(kept: Kept): void {
    this.#all.delete(keyOf(kept));
    this.#end(kept);
  }

  #end(kept: Kept): void {
    kept.timer?.cancel();
    if (kept.state === 'composing') this.#expired(kept);
  }
}

function keyOf({ conversation, author }: Pick<Heard, 'author' | 'conversation'>): string {
  return `${conversation}\n${author}`;
}
