import { LruMap } from '@sestina/xml';
import { asError } from '../reasons.js';
import type { Registration } from '../registration.js';
import type { Clock, Timer } from '../services/clock.js';
import type { Logger } from '../services/logger.js';
import type { Random } from '../services/random.js';
import { Emitter } from './emitter.js';
import { EventQueue } from './event-queue.js';
import { type EventMap, Events, type EventsOwner, type Listener, type ListenerOptions } from './events.js';
import type { WaitOptions } from './handlers.js';
import { positive } from './positive.js';
import { Scheduler } from './scheduler.js';
import type { StreamEvents } from './stream-events.js';

/** What a stream gets from outside. */
export interface EventServices {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const MAX_UNHANDLED_BYTES = 2 * 1024 * 1024;

const PATIENCE = 5_000;
const QUIET = 600_000;

/** The part of a stream that things happen on, one after another: events, tasks, and the report of what failed. */
export abstract class EventHub<E extends StreamEvents = StreamEvents> {
  /** Time. */
  readonly clock: Clock;
  /** Randomness. */
  readonly random: Random;
  readonly logger: Logger;
  /** For the parts of the stream. @internal */
  protected readonly queue: EventQueue;
  readonly #events: Events<E>;
  readonly #scheduler: Scheduler;
  /** By what has taken too long, which may have the address of a peer in it. */
  readonly #overdueTimes = new LruMap<string, number>({ maxEntries: 1_000 });
  #pressure = { high: false, full: false };
  #slowTimer: Timer | undefined;
  #quietUntil = Number.NEGATIVE_INFINITY;
  /** Those who wait for an event, of this or of an object. */
  #waiting = 0;

  /** @throws ConfigError for a bound that is not a positive number. */
  constructor({ clock, random, logger }: EventServices, maxUnhandled: number) {
    this.clock = clock;
    this.random = random;
    this.logger = logger;
    const report = (error: unknown, where: string): void => this.reportError(error, where);
    this.queue = new EventQueue(
      clock,
      { maxEntries: positive('maxUnhandled', maxUnhandled), maxBytes: MAX_UNHANDLED_BYTES },
      {
        pressure: (high, full) => {
          this.#pressure = { high, full };
          this.#slowTimer?.cancel();
          this.#slowTimer = high
            ? clock.setTimer(PATIENCE, () => this.#slow(maxUnhandled), { background: true })
            : undefined;
          this.awaitsAnswersChanged();
        },
        failed: (error) => report(error, 'event queue'),
        overdue: (what) => this.#overdue(what),
      },
    );
    this.#events = new Events<E>(this.queue, clock, report, this.#eventsOwner());
    this.#scheduler = new Scheduler(this.queue, clock, report);
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /** Reading has been paused for a while: said where it is the handlers' doing, once in ten minutes. */
  #slow(maxUnhandled: number): void {
    const now = this.clock.monotonic();
    const { unfinished } = this.queue;
    if (unfinished < maxUnhandled / 2 || now < this.#quietUntil) return;
    this.#quietUntil = now + QUIET;
    this.logger.warn(
      `${unfinished} handlers have not come to an end: nothing more is read until some do (the option maxUnhandled is ${maxUnhandled})`,
    );
  }

  #overdue(what: string): void {
    const times = (this.#overdueTimes.get(what) ?? 0) + 1;
    this.#overdueTimes.set(what, times);
    // Once for the first, and again at 10, 100, …: a stuck handler is stuck for every stanza.
    if (!/^10*$/.test(String(times))) return;
    const often = times === 1 ? '' : ` (${times} times now)`;
    this.logger.warn(`${what} has been running for a minute${often}: does it wait for something for ever?`);
  }

  #eventsOwner(prefix = ''): EventsOwner {
    return {
      prefix,
      crowded: (name) =>
        this.logger.warn(`more than 100 listeners of "${prefix}${name}": somebody forgets to dispose of them`),
      waitingChanged: (by) => {
        this.#waiting += by;
        this.awaitsAnswersChanged();
      },
    };
  }

  /** Every registration passes here, so that those of a plugin whose constructor throws can be undone. */
  protected registered<R extends Pick<Registration, 'dispose'>>(registration: R): R {
    return registration;
  }

  // Events.

  /** Calls `listener` at every such event, in its turn on the event queue, until the registration is disposed of. */
  on<K extends keyof E>(name: K, listener: Listener<E[K]>, options?: ListenerOptions): Registration {
    return this.registered(this.#events.on(name, listener, options));
  }

  /** The same for the next such event only. */
  once<K extends keyof E>(name: K, listener: Listener<E[K]>): Registration {
    return this.registered(this.#events.once(name, listener));
  }

  /** Takes out a listener, or all listeners of that event. */
  off<K extends keyof E>(name: K, listener?: Listener<E[K]>): void {
    this.#events.off(name, listener);
  }

  /**
   * The next such event that `filter` accepts; what the filter throws rejects.
   * @throws TimeoutError after `timeout` milliseconds (default 30,000), or the signal's reason.
   */
  wait<K extends keyof E>(name: K, options?: WaitOptions & { filter?: (data: E[K]) => boolean }): Promise<E[K]> {
    return this.#events.wait(name, options);
  }

  /**
   * Every such event from this call on, for `for await`; ends with the signal, or when the loop is left. Holds at most
   * `limit` (default 1,000) that nobody has looked at, dropping the oldest.
   */
  events<K extends keyof E>(name: K, options?: { signal?: AbortSignal; limit?: number }): AsyncIterableIterator<E[K]> {
    return this.#events.iterate(name, options);
  }

  /** Queues an event. `direct`: calls the listeners now, those that asked for `sequential` excepted. */
  emit<K extends keyof E>(name: K, data: E[K], { direct = false }: { direct?: boolean } = {}): void {
    if (direct) this.#events.emitNow(name, data);
    else this.#events.emit(name, data);
  }

  /** The same with the bytes that the queue holds for it. */
  protected emitSized<K extends keyof E>(name: K, data: E[K], size: number): void {
    this.#events.emit(name, data, size);
  }

  /** An event of the stream's own. */
  protected emitOwn<K extends keyof StreamEvents>(name: K, data: StreamEvents[K]): void {
    this.#events.emit(name, data as E[K]);
  }

  /**
   * Makes the events of an object, a room or a transfer for example, that go through the queue of this connection:
   * `readonly events = this.own(xmpp.createEvents<RoomEvents>('room'))`.
   * @param name What the object is called in reports.
   */
  createEvents<M extends EventMap>(name: string): Emitter<M> {
    const { queue, clock } = this;
    return this.registered(
      new Emitter<M>(name, {
        ...this.#eventsOwner(`${name} `),
        queue,
        clock,
        report: (error, where) => this.reportError(error, where),
        registered: (registration) => this.registered(registration),
      }),
    );
  }

  /** How many listen to that event. */
  listenerCount(name: keyof E): number {
    return this.#events.count(name);
  }

  /** Reports a failure that belongs to no promise: as an `error` event, or in the log where nobody listens. */
  reportError(error: unknown, where: string): void {
    const found = asError(error);
    // What a listener of `error` throws must not come back to it.
    if (this.#events.count('error') > 0 && where !== 'listener of error')
      this.emitOwn('error', { error: found, where });
    else this.logger.error(`${where}: ${found.message}`, { error: found });
  }

  // Tasks.

  /**
   * Runs `callback` on the event queue after `delay` milliseconds, once or again and again.
   * @throws ConfigError where the name is taken or the delay is no number.
   */
  schedule(name: string, delay: number, callback: () => unknown, options?: { repeat?: boolean }): Registration {
    return this.registered(this.#scheduler.schedule(name, delay, callback, options));
  }

  /** Cancels a task; false where there is none of that name. */
  cancelSchedule(name: string): boolean {
    return this.#scheduler.cancel(name);
  }

  /** The names of the tasks that are still to run. */
  get scheduled(): string[] {
    return this.#scheduler.names;
  }

  // The queue.

  /** Queues work in stream order behind what is there. */
  protected enqueue(
    run: () => unknown,
    { settles = false, size = 0, lane }: { settles?: boolean; size?: number; lane?: object | undefined } = {},
  ): void {
    this.queue.push({ run, settles, size, lane });
  }

  /** Called by a queued entry that has just settled what somebody awaits. */
  protected settled(): void {
    this.queue.settled();
  }

  /** Somebody waits for something that is still to be read: a full queue must not stop it from being read. */
  protected get awaitsAnswers(): boolean {
    return this.#waiting > 0;
  }

  /** Looks again whether the transport has to be paused: `awaitsAnswers` may have changed. */
  protected awaitsAnswersChanged(): void {
    const { high, full } = this.#pressure;
    this.setPaused(full || (high && !this.awaitsAnswers));
  }

  /** Too much waits for the handlers, or no longer does. */
  protected abstract setPaused(paused: boolean): void;

  /** No more tasks, no more listeners. */
  protected closeEvents(reason: Error): void {
    this.#scheduler.cancelAll();
    this.#events.close(reason);
  }
}
