import { LazyMap, LazySet } from '@sestina/xml';
import { DisconnectedError } from '../errors.js';
import { Registration } from '../registration.js';
import type { Clock } from '../services/clock.js';
import { deadline } from '../util/within.js';
import { Backlog } from './backlog.js';
import { type EventQueue, isThenable, type QueueEntry } from './event-queue.js';
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
  /** Whose event it is, for reports. */
  readonly of: string;
  readonly listener: Listener<never>;
  readonly once: boolean;
  readonly settles: boolean;
  readonly lane: object | undefined;
  /** A `wait`: it takes the next event that has its turn, also where that was read before the call. */
  readonly waits: boolean;
  /** When it was made, counted in subscriptions. */
  readonly order: number;
  live: boolean;
}

/** Reports what a listener threw. */
export type FailureReport = (error: unknown, where: string) => void;

/** What events tell the stream that they belong to. */
export interface EventsOwner {
  /** An event has more than a hundred listeners: somebody forgets to take theirs out. */
  crowded?(name: string): void;
  /** By so many more (or fewer) wait for an event. */
  waitingChanged?(by: number): void;
  /** What stands before the names in reports: `room `. */
  readonly prefix?: string;
}

const MANY = 100;

/** Typed events, each call in its turn on the event queue. */
export class Events<M extends EventMap> {
  readonly #queue: EventQueue;
  readonly #clock: Clock;
  readonly #report: FailureReport;
  readonly #owner: EventsOwner;
  readonly #subscriptions = new LazyMap<PropertyKey, readonly Subscription[]>();
  readonly #waits = new LazySet<(reason: Error) => void>();
  readonly #iterators = new LazySet<() => void>();
  #order = 0;

  constructor(queue: EventQueue, clock: Clock, report: FailureReport, owner: EventsOwner = {}) {
    this.#queue = queue;
    this.#clock = clock;
    this.#report = report;
    this.#owner = owner;
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
    const before = this.#order;
    for (const [index, subscription] of subscriptions.entries()) {
      this.#push(subscription, data, size, index === 0 ? before : undefined);
    }
  }

  /** Calls every listener now, before whatever is queued; those that asked for `sequential` have their turn later. */
  emitNow<K extends keyof M>(name: K, data: M[K]): void {
    const subscriptions = this.#subscriptions.get(name);
    if (!subscriptions) return;
    for (const subscription of subscriptions) {
      if (subscription.lane) {
        this.#push(subscription, data, 0, undefined);
      } else {
        if (subscription.settles) this.#queue.settled();
        void this.#call(subscription, data);
      }
    }
  }

  /**
   * A promise of the next such event; `filter` picks which, and what it throws rejects.
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
        end();
        registration.dispose();
        this.#waits.delete(give);
        this.#owner.waitingChanged?.(-1);
        act();
      };
      const give = (reason: unknown): void => finish(() => reject(reason));
      const end = deadline(this.#clock, { what: `event ${String(name)}`, timeout, signal }, give);
      const listener = (data: M[K]): void => {
        try {
          if (filter && !filter(data)) return;
        } catch (error) {
          give(error);
          return;
        }
        finish(() => resolve(data));
      };
      const registration = this.#subscribe(name, listener, {
        once: false,
        settles: true,
        sequential: false,
        waits: true,
      });
      this.#waits.add(give);
      this.#owner.waitingChanged?.(1);
    });
  }

  /**
   * Every such event from this call on, for `for await`; ends with the signal, or when the loop is left. Holds at most
   * `limit` (default 1,000), and 4 MiB, that nobody has looked at, dropping the oldest.
   */
  iterate<K extends keyof M>(
    name: K,
    { signal, limit = 1_000 }: { signal?: AbortSignal; limit?: number } = {},
  ): AsyncIterableIterator<M[K]> {
    const buffer = new Backlog<M[K]>(limit);
    const wakes: (() => void)[] = [];
    let ended = false;
    const wake = (): void => {
      for (const resume of wakes.splice(0)) resume();
    };
    const take = (data: M[K]): void => {
      buffer.push(data);
      wake();
    };
    const registration = this.#subscribe(name, take, { once: false, settles: true, sequential: false });
    const end = (): void => {
      ended = true;
      registration.dispose();
      signal?.removeEventListener('abort', end);
      this.#iterators.delete(end);
      wake();
    };
    this.#iterators.add(end);
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
    const iterator: AsyncIterableIterator<M[K]> = {
      async next() {
        for (;;) {
          if (buffer.size > 0) return { value: buffer.shift() as M[K], done: false };
          if (ended) return { value: undefined, done: true };
          await new Promise<void>((resolve) => wakes.push(resolve));
        }
      },
      async return() {
        buffer.clear();
        end();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** Rejects every `wait` and ends every `iterate`, and forgets all listeners: nothing will come any more. */
  close(reason: Error = new DisconnectedError('the connection object was closed')): void {
    for (const give of [...this.#waits]) give(reason);
    for (const end of [...this.#iterators]) end();
    for (const name of [...this.#subscriptions.keys()]) this.off(name as keyof M);
  }

  #push(subscription: Subscription, data: unknown, size: number, emitted: number | undefined): void {
    this.#queue.push(new Delivery(subscription, data, size, this.#deliver, emitted));
  }

  #subscribe<T>(
    name: PropertyKey,
    listener: Listener<T>,
    how: { once: boolean; settles: boolean; sequential: boolean; waits?: boolean },
  ): Registration {
    const { once, settles, sequential, waits = false } = how;
    const lane = sequential ? listener : undefined;
    const order = this.#order++;
    const of = this.#owner.prefix ?? '';
    const subscription: Subscription = { name, of, listener, once, settles, lane, waits, order, live: true };
    const all = [...(this.#subscriptions.get(name) ?? []), subscription];
    this.#subscriptions.set(name, all);
    if (all.length === MANY + 1) this.#owner.crowded?.(String(name));
    return new Registration(() => this.#remove(subscription));
  }

  #remove(subscription: Subscription): void {
    if (!subscription.live) return;
    subscription.live = false;
    const left = (this.#subscriptions.get(subscription.name) ?? []).filter((other) => other !== subscription);
    if (left.length > 0) this.#subscriptions.set(subscription.name, left);
    else this.#subscriptions.delete(subscription.name);
  }

  readonly #deliver = (subscription: Subscription, data: unknown, emitted: number | undefined): unknown => {
    if (emitted !== undefined && this.#waits.size > 0) this.#tellLate(subscription.name, data, emitted);
    return this.#call(subscription, data);
  };

  // Two stanzas may be read in one breath: who waits for the next while the first is handled must not miss the second.
  #tellLate(name: PropertyKey, data: unknown, emitted: number): void {
    for (const late of this.#subscriptions.get(name) ?? []) {
      if (!late.waits || late.order < emitted) continue;
      this.#queue.settled();
      void this.#call(late, data);
    }
  }

  #call(subscription: Subscription, data: unknown): unknown {
    // Taken out between the event and its turn.
    if (!subscription.live) return undefined;
    if (subscription.once) this.#remove(subscription);
    try {
      const result = (subscription.listener as Listener<unknown>)(data);
      return isThenable(result) ? this.#follow(subscription, result) : result;
    } catch (error) {
      this.#report(error, whatOf(subscription));
      return undefined;
    }
  }

  #follow(subscription: Subscription, result: PromiseLike<unknown>): Promise<unknown> {
    return Promise.resolve(result).then(undefined, (error: unknown) => this.#report(error, whatOf(subscription)));
  }
}

function whatOf(subscription: Subscription): string {
  return `listener of ${subscription.of}${String(subscription.name)}`;
}

/** The call of one listener. An object with all it needs, since there is one for every stanza. */
class Delivery implements QueueEntry {
  readonly #subscription: Subscription;
  readonly #data: unknown;
  readonly #deliver: (subscription: Subscription, data: unknown, emitted: number | undefined) => unknown;
  readonly #emitted: number | undefined;
  readonly lane: object | undefined;
  readonly settles: boolean;

  constructor(
    subscription: Subscription,
    data: unknown,
    readonly size: number,
    deliver: (subscription: Subscription, data: unknown, emitted: number | undefined) => unknown,
    emitted: number | undefined,
  ) {
    this.#subscription = subscription;
    this.#data = data;
    this.#deliver = deliver;
    this.#emitted = emitted;
    this.lane = subscription.lane;
    this.settles = subscription.settles;
  }

  run(): unknown {
    return this.#deliver(this.#subscription, this.#data, this.#emitted);
  }

  what(): string {
    return whatOf(this.#subscription);
  }
}
