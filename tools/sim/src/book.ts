import type { Sending } from '@sestina/core';

type SendState = Sending['state'];

/** A message, and all that is known of it. */
export interface Letter {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  /** Counts the messages of its sender from 0. */
  readonly number: number;
  /** Which process of the client has sent it. */
  readonly process: number;
  /** What `send()` has told. */
  state: SendState;
  /** Its process was killed while it was not settled, and what it was then; what the sender was told of it is gone. */
  orphaned: SendState | undefined;
  /** How often the server has counted it. */
  counted: number;
  /** In which processes of the other side it was delivered. */
  readonly delivered: number[];
  /** Whether a handler has come to its end with it. */
  handled: boolean;
  /** How often a program was told that nobody knows what became of it. */
  unknown: number;
  /** How often it may have been sent again because of that. */
  resent: number;
}

/** What was done wrong. */
export interface Failure {
  /** The rule that was broken. */
  readonly rule: string;
  readonly text: string;
}

/** The messages of a simulation, and what was wrong with them. */
export class Book {
  readonly letters = new Map<string, Letter>();
  readonly failures: Failure[] = [];
  readonly trace: string[] = [];
  readonly #sent: number[] = [];
  /** By receiver and sender: the last number that was delivered. */
  readonly #last = new Map<string, number>();
  /** By sender: the last number that the server has counted. */
  readonly #counted = new Map<number, number>();

  note(text: string): void {
    this.trace.push(text);
  }

  fail(rule: string, text: string): void {
    this.failures.push({ rule, text });
    this.note(`!! ${rule}: ${text}`);
  }

  send(from: number, to: number, process: number): Letter {
    const number = this.#sent[from] ?? 0;
    this.#sent[from] = number + 1;
    const letter: Letter = {
      id: `${from}-${number}`,
      from,
      to,
      number,
      process,
      state: 'queued',
      orphaned: undefined,
      counted: 0,
      delivered: [],
      handled: false,
      unknown: 0,
      resent: 0,
    };
    this.letters.set(letter.id, letter);
    return letter;
  }

  /** The server has it. */
  count(id: string): void {
    const letter = this.letters.get(id);
    if (!letter) return;
    letter.counted += 1;
    if (letter.counted > 1 + letter.resent) {
      this.fail('counted twice', `the server has ${id} ${letter.counted} times, sent again ${letter.resent} times`);
    }
    if (letter.state === 'failed' && letter.resent === 0) this.fail('failed', `${id}, which the server counts now`);
    if (letter.counted > 1 || letter.resent > 0) return;
    const last = this.#counted.get(letter.from) ?? -1;
    if (letter.number < last) this.fail('order', `${id} came to the server behind ${letter.from}-${last}`);
    this.#counted.set(letter.from, letter.number);
  }

  /** It has come to its handler, in a process that has lost so many sessions. */
  deliver(id: string, to: number, process: number, lost: number): Letter | undefined {
    const letter = this.letters.get(id);
    if (letter?.to !== to) {
      this.fail('foreign', `client ${to} was given ${id}`);
      return undefined;
    }
    const before = letter.delivered.filter((other) => other === process).length;
    // Each time that it was sent counts by itself, and comes once in each session.
    if (before >= (lost + 1) * (letter.resent + 1)) {
      this.fail('delivered twice', `${id} ${before + 1} times in process ${process} of client ${to}`);
    }
    if (letter.delivered.length === 0 && letter.resent === 0) {
      const way = `${letter.from} ${to}`;
      const last = this.#last.get(way) ?? -1;
      if (letter.number < last) this.fail('order', `${id} was delivered behind ${letter.from}-${last}`);
      this.#last.set(way, letter.number);
    }
    letter.delivered.push(process);
    return letter;
  }

  /** What `send()` has told. */
  move(letter: Letter, state: SendState): void {
    letter.state = state;
    if (state === 'acked' && letter.counted === 0) this.fail('acked', `${letter.id}, which the server has not counted`);
    if (state === 'failed' && letter.counted > 0 && letter.resent === 0)
      this.fail('failed', `${letter.id}, which the server has counted`);
    if (state === 'acked' || state === 'failed' || state === 'unknown') this.note(`${letter.id} is ${state}`);
  }
}
