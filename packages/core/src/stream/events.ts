import { DisconnectedError, TimeoutError } from '../errors.js';
import { Registration } from '../registration.js';
import type { Clock } from '../services/clock.js';
import { type EventQueue, isThenable } from './event-queue.js';
import type { WaitOptions } from './handlers.js';

/** Event names and what each carries. */
export type EventMap = object;

/** Takes an event. */
export type Listener<T> = (data: T) => unknown;

/** How a listener is called. */
export interface ListenerOptions {
  /** Calls of this listener wait for the promise of the one before. Default false. */
  readonly sequential?: boolean;
}

interface Subscription {
  readonly name: PropertyKey;
  readonly listener: Listener<never>;
  readonly once: boolean;
  readonly settles: boolean;
  readonly lane: object | undefined;
}

/** Reports what a listener threw. */
export type FailureReport = (error: unknown, where: string) => void;

/** Typed events, each call in its turn on the event queue. */
export class Events<M extends EventMap> {
  readonly #queue: EventQueue;
  readonly #clock: Clock;
  readonly #report: FailureReport;
  readonly #subscriptions = new Map<PropertyKey, readonly Subscription[]>();
  readonly #waits = new Set<(reason: Error) => void>();

  constructor(queue: EventQueue, clock: Clock, report: FailureReport) {
    this.#queue = queue;
    this.#clock = clock;
    this.#report = report;
  }

  on<K extends keyof M>(name: K, listener: Listener<M[K]>, options: ListenerOptions = {}): Registration {
    return this.#subscribe(name, listener, { once: false, settles: false, sequential: options.sequential ?? false });
  }

  once<K extends keyof M>(name: K, listener: Listener<M[K]>): Registration {
    return this.#subscribe(name, listener, { once: true, settles: false, sequential: false });
  }

  /** Takes out every subscription of this listener, or all of that event. */
  off<K extends keyof M>(name: K, listener?: Listener<M[K]>): void {
    for (const subscription of this.#subscriptions.get(name) ?? []) {
      if (!listener || subscription.listener === listener) this.#remove(subscription);
    }
  }

  /** How many listen. */
  count(name: keyof M): number {
    return this.#subscriptions.get(name)?.length ?? 0;
  }

  /** Queues a call of every listener. */
  emit<K extends keyof M>(name: K, data: M[K], size = 0): void {
    const subscriptions = this.#subscriptions.get(name);
    if (!subscriptions) return;
    for (const subscription of subscriptions) {
      this.#queue.push({
        run: () => this.#call(subscription, data),
        lane: subscription.lane,
        settles: subscription.settles,
        size,
      });
    }
  }

  /** Calls every listener now, before whatever is queued. */
  emitNow<K extends keyof M>(name: K, data: M[K]): void {
    for (const subscription of this.#subscriptions.get(name) ?? []) void this.#call(subscription, data);
  }

  /**
   * A promise of the next such event; `filter` picks which.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000), the signal's reason, or DisconnectedError where
   *   the connection object is closed for good.
   */
  wait<K extends keyof M>(
    name: K,
    { timeout = 30_000, signal, filter }: WaitOptions & { filter?: (data: M[K]) => boolean } = {},
  ): Promise<M[K]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const finish = (act: () => void): void => {
        timer.cancel();
        registration.dispose();
        signal?.removeEventListener('abort', onAbort);
        this.#waits.delete(give);
        act();
      };
      const give = (reason: Error): void => finish(() => reject(reason));
      const onAbort = (): void => give(signal?.reason);
      const timer = this.#clock.setTimer(timeout, () => give(new TimeoutError(`event ${String(name)}`, timeout)));
      const listener = (data: M[K]): void => {
        if (!filter || filter(data)) finish(() => resolve(data));
      };
      const registration = this.#subscribe(name, listener, { once: false, settles: true, sequential: false });
      signal?.addEventListener('abort', onAbort);
      this.#waits.add(give);
    });
  }

  /** Every such event from now on, for `for await`; ends with the signal. Holds at most `limit` (default 1,000), dropping the oldest. */
  async *iterate<K extends keyof M>(
    name: K,
    { signal, limit = 1_000 }: { signal?: AbortSignal; limit?: number } = {},
  ): AsyncIterableIterator<M[K]> {
    const buffer: M[K][] = [];
    let wake: (() => void) | undefined;
    let ended = signal?.aborted ?? false;
    const end = (): void => {
      ended = true;
      wake?.();
    };
    const take = (data: M[K]): void => {
      buffer.push(data);
      if (buffer.length > limit) buffer.shift();
      wake?.();
    };
    const registration = this.#subscribe(name, take, { once: false, settles: true, sequential: false });
    signal?.addEventListener('abort', end);
    this.#waits.add(end);
    try {
      for (;;) {
        if (buffer.length > 0) yield buffer.shift() as M[K];
        else if (ended) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      registration.dispose();
      signal?.removeEventListener('abort', end);
      this.#waits.delete(end);
    }
  }

  /** Rejects every `wait` and ends every `iterate`: nothing will come any more. */
  close(reason: Error = new DisconnectedError('the connection object was closed')): void {
    for (const give of [...this.#waits]) give(reason);
    this.#waits.clear();
  }

  #subscribe<T>(
    name: PropertyKey,
    listener: Listener<T>,
    how: { once: boolean; settles: boolean; sequential: boolean },
  ): Registration {
    const { once, settles, sequential } = how;
    const subscription: Subscription = { name, listener, once, settles, lane: sequential ? listener : undefined };
    this.#subscriptions.set(name, [...(this.#subscriptions.get(name) ?? []), subscription]);
    return new Registration(() => this.#remove(subscription));
  }

  #remove(subscription: Subscription): void {
    const left = (this.#subscriptions.get(subscription.name) ?? []).filter((other) => other !== subscription);
    if (left.length > 0) this.#subscriptions.set(subscription.name, left);
    else this.#subscriptions.delete(subscription.name);
  }

  #call(subscription: Subscription, data: unknown): unknown {
    if (subscription.once) {
      const live = this.#subscriptions.get(subscription.name)?.includes(subscription);
      if (!live) return undefined;
      this.#remove(subscription);
    }
    const where = (): string => `listener of ${String(subscription.name)}`;
    try {
      const result = (subscription.listener as Listener<unknown>)(data);
      if (isThenable(result)) return result.then(undefined, (error: unknown) => this.#report(error, where()));
      return result;
    } catch (error) {
      this.#report(error, where());
      return undefined;
    }
  }
}
