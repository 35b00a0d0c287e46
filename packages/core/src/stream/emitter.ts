import { DisconnectedError } from '../errors.js';
import { Registration } from '../registration.js';
import type { Clock } from '../services/clock.js';
import type { EventQueue } from './event-queue.js';
import {
  type EventMap,
  Events,
  type EventsOwner,
  type FailureReport,
  type Listener,
  type ListenerOptions,
} from './events.js';
import type { WaitOptions } from './handlers.js';

/** What an emitter gets from the connection that its events go through. */
export interface EmitterHost extends EventsOwner {
  readonly queue: EventQueue;
  readonly clock: Clock;
  readonly report: FailureReport;
  /** Every registration passes here, so that those of a plugin whose constructor throws can be undone. */
  registered(registration: Registration): Registration;
}

/**
 * The events of one object: a room, a call, a transfer. They go through the queue of the connection, in one order with everything
 * else that happens on it. Made by `createEvents()`, owned by whoever makes it: after `dispose()` nothing is emitted any more.
 */
export class Emitter<M extends EventMap> {
  readonly #host: EmitterHost;
  readonly #events: Events<M>;
  readonly #life = new Registration(() => {});
  #over: Error | undefined;

  constructor(
    /** What the object is called in reports. */
    readonly name: string,
    host: EmitterHost,
  ) {
    this.#host = host;
    this.#events = new Events<M>(host.queue, host.clock, host.report, host);
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** Calls `listener` at every such event, in its turn on the event queue, until the registration is disposed of. */
  on<K extends keyof M>(name: K, listener: Listener<M[K]>, options?: ListenerOptions): Registration {
    return this.#live(() => this.#events.on(name, listener, options));
  }

  /** The same for the next such event only. */
  once<K extends keyof M>(name: K, listener: Listener<M[K]>): Registration {
    return this.#live(() => this.#events.once(name, listener));
  }

  /**
   * The next such event that `filter` accepts; what the filter throws rejects.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000), the signal's reason, or that of `dispose()`.
   */
  async wait<K extends keyof M>(name: K, options?: WaitOptions & { filter?: (data: M[K]) => boolean }): Promise<M[K]> {
    if (this.#over) throw this.#over;
    return this.#events.wait(name, options);
  }

  /**
   * Every such event from this call on, for `for await`; ends with the signal, when the loop is left, or when no more events come.
   * Holds at most `limit` (default 1,000) that nobody has looked at, dropping the oldest.
   */
  events<K extends keyof M>(name: K, options?: { signal?: AbortSignal; limit?: number }): AsyncIterableIterator<M[K]> {
    return this.#events.iterate(name, this.#over ? { ...options, signal: AbortSignal.abort(this.#over) } : options);
  }

  /** Queues an event. `direct`: calls the listeners now, those that asked for `sequential` excepted. */
  emit<K extends keyof M>(name: K, data: M[K], { direct = false }: { direct?: boolean } = {}): void {
    if (direct) this.#events.emitNow(name, data);
    else this.#events.emit(name, data);
  }

  /** How many listen to that event. */
  listenerCount(name: keyof M): number {
    return this.#events.count(name);
  }

  /** Whether `dispose()` has been called. */
  get disposed(): boolean {
    return this.#life.disposed;
  }

  /** Has `told`, which must not throw, called when no more events come; at once where none do. */
  whenDisposed(told: () => void): void {
    this.#life.whenDisposed(told);
  }

  /**
   * Emits nothing any more: rejects every `wait` with the reason, ends every iteration, forgets all listeners. Does nothing the
   * second time.
   */
  dispose(reason: Error = new DisconnectedError(`${this.name}: no more events will come`, { retryable: false })): void {
    if (this.#over) return;
    this.#over = reason;
    this.#life.dispose();
    this.#events.close(reason);
  }

  #live(subscribe: () => Registration): Registration {
    const registration = this.#host.registered(subscribe());
    // Who listens to what is over has nothing to take out.
    if (this.#over) registration.dispose();
    return registration;
  }
}
