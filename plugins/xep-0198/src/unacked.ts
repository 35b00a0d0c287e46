import { SendError, type Sending } from '@sestina/core';

/** Counters have 32 bits and wrap to 0 (XEP-0198 §4). */
export const WRAP = 2 ** 32;

/** What an acknowledgement said: how many stanzas it is of, none where it says nothing new, or that it is of more than were sent. */
export type Acked = number | 'too-high';

/** Stanzas that were written and that the server has not counted yet, in order. */
export class Unacked {
  #sendings: Sending[] = [];
  #bytes = 0;
  #h: number;

  /** @param h Where the server's counter begins. */
  constructor(h = 0) {
    this.#h = h;
  }

  get size(): number {
    return this.#sendings.length;
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
    return (this.#h + this.#sendings.length) % WRAP;
  }

  get sendings(): readonly Sending[] {
    return [...this.#sendings];
  }

  /** One was written. */
  add(sending: Sending): void {
    // It may have to be written again as it is, whatever its sender does with his.
    sending.element = sending.element.copy();
    this.#sendings.push(sending);
    this.#bytes += sending.size;
  }

  /** The server has counted so many. */
  ack(h: number): Acked {
    const count = (h - this.#h + WRAP) % WRAP;
    if (count > this.#sendings.length) return count < WRAP / 2 ? 'too-high' : 0;
    this.#h = h;
    for (const sending of this.#sendings.splice(0, count)) {
      this.#bytes -= sending.size;
      sending.move('acked');
    }
    return count;
  }

  /** Nobody will tell any more what became of the others. */
  lose(reason: Error): void {
    const error = new SendError(
      'disconnected',
      `the session was lost before the server counted this: ${reason.message}`,
      {
        cause: reason,
      },
    );
    this.#bytes = 0;
    for (const sending of this.#sendings.splice(0)) sending.move('unknown', error);
  }
}
