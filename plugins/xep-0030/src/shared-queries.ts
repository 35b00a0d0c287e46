import { type Clock, DisconnectedError, TimeoutError } from '@sestina/core';

/** How long to wait, and how to stop waiting. */
export interface PatienceOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

interface Flight {
  readonly answer: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

/** Sends one query for all who ask the same thing at the same time; each waits as long as it wants to. */
export class SharedQueries {
  readonly #clock: Clock;
  readonly #flights = new Map<string, Flight>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Queries that are on their way. */
  get size(): number {
    return this.#flights.size;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * The answer to what is asked under that key: joins the query that is on its way, or starts one. The signal that `start` is
   * given aborts once nobody waits any more.
   * @throws What the query rejects with. TimeoutError, or the signal's reason, for this caller alone.
   */
  async ask<T>(
    key: string,
    what: string,
    start: (signal: AbortSignal) => Promise<T>,
    options: PatienceOptions,
  ): Promise<T> {
    options.signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#launch(key, start);
    flight.waiting += 1;
    try {
      return await patiently(this.#clock, flight.answer as Promise<T>, what, options);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        this.#landed(key, flight);
        flight.controller.abort(new DisconnectedError('nobody waits for the answer any more'));
      }
    }
  }

  #launch(key: string, start: (signal: AbortSignal) => Promise<unknown>): Flight {
    const controller = new AbortController();
    const flight: Flight = { answer: start(controller.signal), controller, waiting: 0 };
    this.#flights.set(key, flight);
    const landed = (): void => this.#landed(key, flight);
    flight.answer.then(landed, landed);
    return flight;
  }

  #landed(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

/** The promise's outcome, unless time or patience runs out before. */
function patiently<T>(
  clock: Clock,
  promise: Promise<T>,
  what: string,
  { timeout, signal }: PatienceOptions,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(signal?.reason));
    const timer = clock.setTimer(timeout, () => settle(() => reject(new TimeoutError(what, timeout, 'no answer'))));
    const settle = (finish: () => void): void => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      finish();
    };
    signal?.addEventListener('abort', onAbort);
    promise.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
