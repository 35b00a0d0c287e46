import type { Clock, Timer } from '@sestina/core';
import { TimeoutError } from '@sestina/core';
import { deadline } from '@sestina/core/util';

/** How long a transfer may take. */
export interface WatchOptions {
  readonly what: string;
  readonly timeout: number;
  readonly idleTimeout: number;
  readonly signal: AbortSignal | undefined;
}

/** Ends a transfer that takes too long, in all or without a byte, or that nobody wants any more. */
export class Watch {
  readonly #clock: Clock;
  readonly #options: WatchOptions;
  readonly #controller = new AbortController();
  readonly #release: () => void;
  #timer: Timer | undefined;
  #last: number;

  constructor(clock: Clock, options: WatchOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#last = clock.monotonic();
    this.#release = deadline(clock, options, (reason) => this.#abort(reason));
    this.#listen(options.idleTimeout);
  }

  /** Aborts when the transfer is to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A byte has come or gone. */
  readonly progress = (): void => {
    this.#last = this.#clock.monotonic();
  };

  /** The reader takes its time: silence is not the host's. */
  pause(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** The reader wants more. */
  resume(): void {
    this.progress();
    if (!this.#timer) this.#listen(this.#options.idleTimeout);
  }

  /** What comes of it, or the reason why it has to end. */
  race<T>(work: PromiseLike<T>): Promise<T> {
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort);
      const done = (): void => signal.removeEventListener('abort', onAbort);
      work.then(
        (value) => {
          done();
          resolve(value);
        },
        (error: unknown) => {
          done();
          reject(signal.aborted ? signal.reason : error);
        },
      );
    });
  }

  /** Nothing is transferred any more. */
  end(): void {
    this.#release();
    this.pause();
  }

  /** Nothing is wanted any more: who still waits gets that reason. */
  stop(reason: unknown): void {
    this.#release();
    this.#abort(reason);
  }

  #listen(after: number): void {
    if (this.signal.aborted || after === Number.POSITIVE_INFINITY) return;
    // Once in a while it looks back: a timer for each byte would cost more than the bytes.
    this.#timer = this.#clock.setTimer(after, () => {
      this.#timer = undefined;
      const { what, idleTimeout } = this.#options;
      const left = idleTimeout - (this.#clock.monotonic() - this.#last);
      if (left > 0) this.#listen(left);
      else this.#abort(new TimeoutError(`the next byte of ${what}`, idleTimeout));
    });
  }

  #abort(reason: unknown): void {
    this.pause();
    this.#controller.abort(reason);
  }
}
