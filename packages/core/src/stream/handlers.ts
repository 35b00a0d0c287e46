import type { XmlElement } from '@sestina/xml';
import { DisconnectedError, TimeoutError } from '../errors.js';
import type { Registration } from '../registration.js';
import type { Clock, Timer } from '../services/clock.js';
import type { ElementView } from '../stanza/element.js';
import { Backlog } from './backlog.js';
import type { Matcher } from './matchers.js';

/** Something that takes stanzas which its matcher accepts. */
export interface Handler {
  /** For error reports and `removeHandler`. */
  readonly name: string;
  readonly matcher: Matcher;
  /** Runs while the bytes are read, before the queue: for the stream's own business. Default false. */
  readonly inStream?: boolean | undefined;
  /** What stanzas of one lane have in common: each waits for the promise of the one before. Default: none waits. */
  lane?(stanza: ElementView): object | undefined;
  /** Removed after the first stanza. Default false. */
  readonly once?: boolean | undefined;
  /** Settles a promise that somebody awaits: the queue lets that continuation run before it goes on. Default false. */
  readonly settles?: boolean | undefined;
  /** Sees to the answers of the requests that it is given, however long that takes: nobody else answers them. Default false. */
  readonly answers?: boolean | undefined;
  /** Hears what was said in messages: unwrapped, decrypted, or not at all, instead of the stanza that came. Default false. */
  readonly hearsMessages?: boolean | undefined;
  /** Whether a stanza that matches, of which a part was read, is an answer that was asked for: it may be larger than others. Default false. */
  awaits?(stanza: XmlElement): boolean;
  /** Asked before it is given a stanza: what the matcher cannot see in the XML. One that is not accepted is not handled. */
  accepts?(stanza: ElementView): boolean;
  /** @param bytes What it took on the stream, in bytes. */
  handle(stanza: ElementView, bytes: number): unknown;
  /** The handler was put in; it may take itself out with this. */
  added?(registration: Registration): void;
  /** The handler was taken out: removed, or the stream is gone for good. */
  removed?(reason?: Error): void;
}

/** Options of a `Callback`. */
export interface CallbackOptions {
  answers?: boolean;
  inStream?: boolean;
  once?: boolean;
  sequential?: boolean;
}

/** Calls a function for every stanza that matches. */
export class Callback<V extends ElementView = ElementView> implements Handler {
  readonly name: string;
  readonly matcher: Matcher;
  readonly inStream: boolean;
  readonly once: boolean;
  readonly #sequential: boolean;
  readonly answers: boolean;
  readonly #callback: (stanza: V) => unknown;

  constructor(name: string, matcher: Matcher, callback: (stanza: V) => unknown, options: CallbackOptions = {}) {
    this.name = name;
    this.matcher = matcher;
    this.#callback = callback;
    this.inStream = options.inStream ?? false;
    this.once = options.once ?? false;
    this.#sequential = options.sequential ?? false;
    this.answers = options.answers ?? false;
  }

  lane(): object | undefined {
    return this.#sequential ? this : undefined;
  }

  handle(stanza: ElementView): unknown {
    return this.#callback(stanza as V);
  }
}

/** How long to wait, and how to stop waiting. */
export interface WaitOptions {
  /** Milliseconds. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * A promise of the first stanza that matches. Register it before sending what it waits for; it takes itself out once it is
 * settled.
 */
export class Waiter<V extends ElementView = ElementView> implements Handler {
  readonly once = true;
  readonly settles = true;
  readonly #clock: Clock;
  #registration: Registration | undefined;
  #waiting = new Set<(outcome: () => V) => void>();
  /** What came of it, whether or not somebody waits yet: gives the stanza or throws. */
  #outcome: (() => V) | undefined;

  constructor(
    readonly name: string,
    readonly matcher: Matcher,
    clock: Clock,
  ) {
    this.#clock = clock;
  }

  added(registration: Registration): void {
    this.#registration = registration;
  }

  handle(stanza: ElementView): void {
    this.#settle(() => stanza as V);
  }

  removed(reason: Error = new DisconnectedError(`nobody waits for ${this.name} any more`)): void {
    this.#settle(() => {
      throw reason;
    });
  }

  #settle(outcome: () => V): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    for (const give of [...this.#waiting]) give(outcome);
    this.#registration?.dispose();
  }

  /**
   * Waits for it, also where it has already come.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000); the signal's reason where that aborts;
   *   DisconnectedError where the stream is closed or the handler is taken out.
   */
  wait({ timeout = 30_000, signal }: WaitOptions = {}): Promise<V> {
    return new Promise((resolve, reject) => {
      const finish = (outcome: () => V): void => {
        timer?.cancel();
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(finish);
        try {
          resolve(outcome());
        } catch (reason) {
          reject(reason);
        }
      };
      // Whoever gives up gives up the handler: it is for one stanza and one who waits.
      const giveUp = (reason: unknown): void =>
        this.#settle(() => {
          throw reason;
        });
      const onAbort = (): void => giveUp(signal?.reason);
      let timer: Timer | undefined;
      if (this.#outcome) {
        finish(this.#outcome);
        return;
      }
      this.#waiting.add(finish);
      if (signal?.aborted) {
        onAbort();
        return;
      }
      timer = this.#clock.setTimer(timeout, () => giveUp(new TimeoutError(this.name, timeout)));
      signal?.addEventListener('abort', onAbort);
    });
  }
}

/**
 * Collects every stanza that matches, for `for await`. Ends when it is closed, when its signal aborts, when the loop is
 * left or the stream is gone; it then takes itself out.
 */
export class Collector<V extends ElementView = ElementView> implements Handler, AsyncIterable<V> {
  readonly settles = true;
  readonly #buffer: Backlog<V>;
  #registration: Registration | undefined;
  #wakes: (() => void)[] = [];
  #closed = false;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.close();

  /** @param limit How many may wait to be looked at, beside 4 MiB; the oldest ones are dropped beyond. Default 1,000. */
  constructor(
    readonly name: string,
    readonly matcher: Matcher,
    limit = 1_000,
    signal?: AbortSignal,
  ) {
    this.#buffer = new Backlog(limit);
    this.#signal = signal;
    if (signal?.aborted) this.close();
    else signal?.addEventListener('abort', this.#onAbort);
  }

  /** How many were dropped because nobody looked at them in time. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  added(registration: Registration): void {
    this.#registration = registration;
    if (this.#closed) registration.dispose();
  }

  handle(stanza: ElementView): void {
    if (this.#closed) return;
    this.#buffer.push(stanza as V);
    this.#wake();
  }

  removed(): void {
    this.close();
  }

  /** Ends the iteration after what has been collected. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#registration?.dispose();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<V> {
    try {
      for (;;) {
        const next = this.#buffer.shift();
        if (next) yield next;
        else if (this.#closed) return;
        else await new Promise<void>((resolve) => this.#wakes.push(resolve));
      }
    } finally {
      this.close();
    }
  }
}
