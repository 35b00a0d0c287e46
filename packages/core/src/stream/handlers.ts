import { DisconnectedError, TimeoutError } from '../errors.js';
import type { Clock } from '../services/clock.js';
import type { ElementView } from '../stanza/element.js';
import type { Matcher } from './matchers.js';

/** Something that takes stanzas which its matcher accepts. */
export interface Handler {
  /** For error reports and `removeHandler`. */
  readonly name: string;
  readonly matcher: Matcher;
  /** Runs while the bytes are read, before the queue: for the stream's own business. Default false. */
  readonly inStream?: boolean | undefined;
  /** Entries of this handler wait for the promise of the one before. Default false. */
  readonly sequential?: boolean | undefined;
  /** Removed after the first stanza. Default false. */
  readonly once?: boolean | undefined;
  /** Settles a promise that somebody awaits: the queue lets that continuation run before it goes on. Default false. */
  readonly settles?: boolean | undefined;
  handle(stanza: ElementView): unknown;
  /** The handler was taken out: removed, or the stream is gone for good. */
  removed?(reason?: Error): void;
}

/** Options of a `Callback`. */
export interface CallbackOptions {
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
  readonly sequential: boolean;
  readonly #callback: (stanza: V) => unknown;

  constructor(name: string, matcher: Matcher, callback: (stanza: V) => unknown, options: CallbackOptions = {}) {
    this.name = name;
    this.matcher = matcher;
    this.#callback = callback;
    this.inStream = options.inStream ?? false;
    this.once = options.once ?? false;
    this.sequential = options.sequential ?? false;
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

/** A promise of the first stanza that matches. Register it before sending what it waits for. */
export class Waiter<V extends ElementView = ElementView> implements Handler {
  readonly once = true;
  readonly settles = true;
  readonly #clock: Clock;
  #settle: ((stanza: V) => void) | undefined;
  #reject: ((reason: Error) => void) | undefined;
  #early: V | Error | undefined;

  constructor(
    readonly name: string,
    readonly matcher: Matcher,
    clock: Clock,
  ) {
    this.#clock = clock;
  }

  handle(stanza: ElementView): void {
    if (this.#settle) this.#settle(stanza as V);
    else this.#early ??= stanza as V;
  }

  removed(reason: Error = new DisconnectedError(`nobody waits for ${this.name} any more`)): void {
    if (this.#reject) this.#reject(reason);
    else this.#early ??= reason;
  }

  /**
   * Waits for it, also where it has already come.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000); the signal's reason where that aborts;
   *   DisconnectedError where the stream is closed.
   */
  wait({ timeout = 30_000, signal }: WaitOptions = {}): Promise<V> {
    return new Promise((resolve, reject) => {
      if (this.#early instanceof Error) return reject(this.#early);
      if (this.#early) return resolve(this.#early);
      if (signal?.aborted) return reject(signal.reason);
      const timer = this.#clock.setTimer(timeout, () => this.#reject?.(new TimeoutError(this.name, timeout)));
      const onAbort = (): void => this.#reject?.(signal?.reason);
      const finish = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        this.#settle = undefined;
        this.#reject = undefined;
      };
      signal?.addEventListener('abort', onAbort);
      this.#settle = (stanza) => {
        finish();
        resolve(stanza);
      };
      this.#reject = (reason) => {
        finish();
        reject(reason);
      };
    });
  }
}

/** Collects every stanza that matches, for `for await`. Ends when it is closed or the stream is gone. */
export class Collector<V extends ElementView = ElementView> implements Handler, AsyncIterable<V> {
  readonly settles = true;
  readonly #limit: number;
  readonly #buffer: V[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  /** @param limit How many may wait to be looked at; the oldest ones are dropped beyond. Default 1,000. */
  constructor(
    readonly name: string,
    readonly matcher: Matcher,
    limit = 1_000,
  ) {
    this.#limit = limit;
  }

  /** How many were dropped because nobody looked at them in time. */
  dropped = 0;

  handle(stanza: ElementView): void {
    if (this.#closed) return;
    this.#buffer.push(stanza as V);
    if (this.#buffer.length > this.#limit) {
      this.#buffer.shift();
      this.dropped += 1;
    }
    this.#wake?.();
  }

  removed(): void {
    this.close();
  }

  /** Ends the iteration after what has been collected. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<V> {
    for (;;) {
      const next = this.#buffer.shift();
      if (next) {
        yield next;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }
}
