import type { Clock } from '@sestina/core';
import { Delayed } from './delayed.js';
import type { StreamManagementOptions } from './options.js';

/** What acknowledgements ask of whom they are for. */
export interface AcknowledgementsOwner {
  /** Writes `<r/>`; false where it cannot be written. */
  ask(): boolean;
  /** Writes `<a/>`. */
  answer(): void;
  /** The server has left a question unanswered. */
  unanswered(): void;
}

/** When acknowledgements are asked for and given. */
export class Acknowledgements {
  readonly #options: StreamManagementOptions;
  readonly #owner: AcknowledgementsOwner;
  readonly #request: Delayed;
  readonly #answer: Delayed;
  readonly #deadline: Delayed;
  /** Stanzas since the last time. */
  #written = 0;
  #handled = 0;

  constructor(clock: Clock, options: StreamManagementOptions, owner: AcknowledgementsOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#request = new Delayed(clock, options.requestAfter, () => this.ask());
    this.#answer = new Delayed(clock, options.ackAfter, () => this.give());
    this.#deadline = new Delayed(clock, options.timeout, () => owner.unanswered());
  }

  /** A stanza was written. */
  wrote(): void {
    this.#written += 1;
    if (this.#written >= this.#options.requestEvery && !this.#deadline.pending) this.ask();
    else this.#request.want();
  }

  /** Asks now. */
  ask(): void {
    this.#request.cancel();
    this.#written = 0;
    if (this.#owner.ask()) this.#deadline.want();
  }

  /** The server has something to answer. */
  expect(): void {
    this.#deadline.want();
  }

  /** It has answered. @param more Whether stanzas are left that it has not counted. */
  answered(more: boolean): void {
    this.#deadline.cancel();
    if (more) this.#request.want();
    else this.#request.cancel();
  }

  /** A stanza of the server was handled. */
  handled(): void {
    this.#handled += 1;
    if (this.#handled >= this.#options.ackEvery) this.give();
    else this.#answer.want();
  }

  /** Acknowledges now. */
  give(): void {
    this.#answer.cancel();
    this.#handled = 0;
    this.#owner.answer();
  }

  /** There is no connection, or nothing is counted on it: neither asks nor answers. */
  stop(): void {
    for (const delayed of [this.#request, this.#answer, this.#deadline]) delayed.cancel();
    this.#written = 0;
    this.#handled = 0;
  }
}
