import { SendError, type Sending } from '@sestina/core';
import type { KeptStanza } from './kept-session.js';
import { WRAP } from './stanza.js';

/** What an acknowledgement said: how many stanzas it is of, none where it says nothing new, or that it is of more than were sent. */
export type Acked = number | 'too-high';

/** A stanza that was written, and when by `clock.now()`. */
interface WrittenStanza {
  readonly sending: Sending;
  readonly at: number;
}

/** Stanzas that were written and that the server has not counted yet, in order. */
export class Unacked {
  #written: WrittenStanza[] = []; // bound: `maxUnacked` and `maxUnackedBytes`, beyond which nothing is written
  #bytes = 0;
  #h: number;
  #total = 0;

  /** @param h Where the server's counter begins. */
  constructor(h = 0) {
    this.#h = h;
  }

  get size(): number {
    return this.#written.length;
  }

  /** UTF-16 units of their text. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The last count that the server told. */
  get h(): number {
    return this.#h;
  }

  /** How many were written in this session, as a counter of 32 bits. */
  get sent(): number {
    return (this.#h + this.#written.length) % WRAP;
  }

  /** How many were acknowledged since this began, without a wrap. */
  get total(): number {
    return this.#total;
  }

  get sendings(): readonly Sending[] {
    return this.#written.map(({ sending }) => sending);
  }

  /** One was written. */
  add(sending: Sending, at: number): void {
    // It may have to be written again as it is, whatever its sender does with his.
    sending.element = sending.element.copy();
    this.#written.push({ sending, at });
    this.#bytes += sending.size;
  }

  /** The server has counted so many. */
  ack(h: number): Acked {
    const count = (h - this.#h + WRAP) % WRAP;
    if (count > this.#written.length) return count < WRAP / 2 ? 'too-high' : 0;
    this.#h = h;
    this.#total += count;
    for (const { sending } of this.#written.splice(0, count)) {
      this.#bytes -= sending.size;
      sending.move('acked');
    }
    return count;
  }

  /** The server has counted so many, and if that is more than were known to be written, those were. */
  raise(h: number): void {
    if (this.ack(h) !== 'too-high') return;
    this.ack(this.sent);
    this.#h = h;
  }

  /** The first of them is what the server has ended the stream over, and surely did not take. */
  refuse(reason: Error): void {
    const [first] = this.#written.splice(0, 1);
    if (!first) return;
    this.#bytes -= first.sending.size;
    const text = `the server ended the stream over it twice: ${reason.message}`;
    first.sending.move('failed', new SendError('rejected', text, { cause: reason }));
  }

  /** What would have to be kept of them. */
  get stanzas(): readonly KeptStanza[] {
    return this.#written.map(({ sending: { element }, at }) => ({ element, at }));
  }

  /** Nobody will tell any more what became of the others; gives them. */
  lose(reason: Error): readonly KeptStanza[] {
    const text = `the session was lost before the server counted this: ${reason.message}`;
    const error = new SendError('disconnected', text, { cause: reason });
    const { stanzas } = this;
    this.#bytes = 0;
    for (const { sending } of this.#written.splice(0)) sending.move('unknown', error);
    return stanzas;
  }
}
