import { LazyMap } from '@sestina/xml';
import type { Clock } from '../services/clock.js';
import { Watchdog } from './watchdog.js';
import type { Work } from './work.js';

/** One thing to do, in its turn. */
export interface QueueEntry {
  /** Does it. What it throws or rejects with is reported by the entry itself. */
  run(): unknown;
  /** The promise of the previous entry with the same lane is waited for. */
  readonly lane?: object | undefined;
  /** Somebody awaits what it settles. */
  readonly settles?: boolean | undefined;
  /** Bytes that it holds, for back-pressure. */
  readonly size?: number | undefined;
  /** What it is, for the report that it does not come to an end. */
  what?(): string;
}

/** Bounds of the queue between the socket and the handlers. */
export interface EventQueueLimits {
  /** Stanzas that wait for their handlers, or whose handlers have not finished, before the transport is paused. */
  readonly maxEntries: number;
  /** Bytes of them. */
  readonly maxBytes: number;
}

/** What a queue tells the stream that it belongs to. */
export interface EventQueueOwner {
  /**
   * Too much waits (`high`), or so much that not even an answer that somebody waits for may be read any more (`full`).
   * Called when either changes.
   */
  pressure(high: boolean, full: boolean): void;
  /** An entry threw. */
  failed?(error: unknown): void;
  /** An entry's promise is still pending after a minute; it no longer counts, and its lane goes on. */
  overdue?(what: string): void;
}

// Timers and the socket get their turn after so many entries.
const SLICE = 64;
const FULL = 8;
// Part of an entry that one in a lane counts for `full`.
const LANED = 1 / 16;
// A handler that never comes to an end must not keep the transport paused for ever, nor its lane. What waits behind one that was
// given up has less time: each of them may be stuck.
const PATIENCE = 60_000;
const IMPATIENCE = 1_000;

/**
 * One FIFO for everything that happens: stanzas with their handlers, events with their listeners, due schedules.
 * It does not wait for a handler's promise, unless the handler asked for it (a lane). After an entry that settles what
 * somebody awaits, a macrotask passes: that continuation runs before the next entry.
 */
export class EventQueue {
  readonly #clock: Clock;
  readonly #limits: EventQueueLimits;
  readonly #owner: EventQueueOwner;
  #entries: (QueueEntry | undefined)[] = []; // bound: `maxEntries` and `maxBytes`, beyond which nothing is read
  #head = 0;
  #bytes = 0;
  #laned = 0;
  #scheduled = false;
  #high = false;
  #full = false;
  #turn = false;
  #left = SLICE;
  /** Lanes in which an entry runs, with the entries that wait for it. */
  readonly #lanes = new LazyMap<object, QueueEntry[]>();
  /** Lanes whose entry has finished while others wait. */
  readonly #free: object[] = []; // bound: lanes that entries are in
  /** Lanes whose last entry was given up. */
  readonly #stuck = new WeakSet<object>();
  /** Entries that were run and whose promise is pending. */
  readonly #unfinished: Watchdog<QueueEntry>;
  /** What entries belong to, and what those do that are pushed now. */
  readonly #works = new LazyMap<QueueEntry, Work>();
  #work: Work | undefined;
  // A microtask by way of `then`: Node makes much more of one by `queueMicrotask`.
  readonly #microtask = Promise.resolve();
  readonly #next = (): void => {
    this.#scheduled = false;
    this.#drain();
  };
  readonly #nextTurn = (): void => {
    this.#left = SLICE;
    this.#next();
  };

  constructor(clock: Clock, limits: EventQueueLimits, owner: EventQueueOwner) {
    this.#clock = clock;
    this.#limits = limits;
    this.#owner = owner;
    this.#unfinished = new Watchdog(clock, (entry) => {
      if (entry.lane) this.#stuck.add(entry.lane);
      this.#owner.overdue?.(entry.what?.() ?? 'something');
      this.#finished(entry);
    });
  }

  /** Entries that have not been run yet, those that wait in a lane included. */
  get length(): number {
    return this.#entries.length - this.#head + this.#laned;
  }

  /** Entries that were run and whose promise is pending. */
  get unfinished(): number {
    return this.#unfinished.size;
  }

  push(entry: QueueEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.size ?? 0;
    if (this.#work) {
      this.#work.opens();
      this.#works.set(entry, this.#work);
    }
    this.#schedule();
    this.#weigh();
  }

  /** Runs `act`: what it pushes, and what those entries push, belongs to that work. */
  attribute(work: Work, act: () => void): void {
    const outer = this.#work;
    this.#work = work;
    work.opens();
    try {
      act();
    } finally {
      this.#work = outer;
      work.closes();
    }
  }

  /**
   * The same function for later, when what is handled now is no longer at work on the stack: what it pushes belongs to the same work,
   * as long as something of that is left.
   */
  attributed<A extends readonly unknown[]>(callback: (...args: A) => void): (...args: A) => void {
    const work = this.#work;
    if (!work) return callback;
    return (...args) => {
      if (work.over) callback(...args);
      else this.attribute(work, () => callback(...args));
    };
  }

  /** Called while an entry runs: it has settled a promise, so let the continuation run before the next entry. */
  settled(): void {
    this.#turn = true;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    void this.#microtask.then(this.#next);
  }

  #drain(): void {
    const entry = this.#take();
    if (!entry) return;
    this.#turn = entry.settles === true;
    // What it pushes must not start a second chain, which would not wait for the turn.
    this.#scheduled = true;
    this.#run(entry);
    this.#left -= 1;
    // A macrotask where somebody awaits what was settled; else a microtask, so that promises a handler resolved go on.
    if (this.#turn || this.#left <= 0) this.#clock.nextTurn(this.#nextTurn);
    else void this.#microtask.then(this.#next);
  }

  #take(): QueueEntry | undefined {
    for (let lane = this.#free.shift(); lane; lane = this.#free.shift()) {
      const next = this.#lanes.get(lane)?.shift();
      if (next) {
        this.#laned -= 1;
        return next;
      }
      this.#lanes.delete(lane);
    }
    while (this.#head < this.#entries.length) {
      const entry = this.#shift();
      const waiting = entry.lane && this.#lanes.get(entry.lane);
      if (!waiting) return entry;
      waiting.push(entry);
      this.#laned += 1;
    }
    return undefined;
  }

  #shift(): QueueEntry {
    const entry = this.#entries[this.#head] as QueueEntry;
    this.#entries[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#entries.length) {
      this.#entries = [];
      this.#head = 0;
    } else if (this.#head > 1_024) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  #run(entry: QueueEntry): void {
    const { lane } = entry;
    if (lane && !this.#lanes.has(lane)) this.#lanes.set(lane, []);
    if (this.#works.size > 0) this.#work = this.#works.get(entry);
    let result: unknown;
    try {
      result = entry.run();
      if (isThenable(result)) {
        this.#follow(entry, result);
        return;
      }
    } catch (error) {
      this.#owner.failed?.(error);
    } finally {
      this.#work = undefined;
    }
    this.#finished(entry);
  }

  #follow(entry: QueueEntry, result: PromiseLike<unknown>): void {
    const { lane } = entry;
    const patience = lane && this.#stuck.has(lane) ? IMPATIENCE : PATIENCE;
    const watched = this.#unfinished.watch(entry, patience);
    const done = (): void => {
      if (lane) this.#stuck.delete(lane);
      if (this.#unfinished.forget(watched)) this.#finished(entry);
    };
    Promise.resolve(result).then(done, done);
  }

  #finished(entry: QueueEntry): void {
    const { lane, size = 0 } = entry;
    this.#bytes -= size;
    if (lane) {
      if (this.#lanes.get(lane)?.length === 0) {
        this.#lanes.delete(lane);
      } else {
        this.#free.push(lane);
        this.#schedule();
      }
    }
    if (this.#works.size > 0) {
      const work = this.#works.get(entry);
      this.#works.delete(entry);
      work?.closes();
    }
    this.#weigh();
  }

  #weigh(): void {
    const { maxEntries, maxBytes } = this.#limits;
    const count = this.length + this.#unfinished.size;
    const bytes = this.#bytes / maxBytes;
    const load = Math.max(count / maxEntries, bytes);
    // What waits in a lane may wait for the very answer that is still to be read.
    const weight = Math.max((count - this.#laned * (1 - LANED)) / maxEntries, bytes);
    const high = this.#high ? load > 0.5 : load > 1;
    const full = this.#full ? weight > FULL / 2 : weight > FULL;
    if (high === this.#high && full === this.#full) return;
    this.#high = high;
    this.#full = full;
    this.#owner.pressure(high, full);
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
