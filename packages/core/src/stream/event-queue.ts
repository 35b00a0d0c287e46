import type { Clock } from '../services/clock.js';

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
}

/** Bounds of the queue between the socket and the handlers. */
export interface EventQueueLimits {
  /** Stanzas that wait for their handlers before the transport is paused. */
  readonly maxEntries: number;
  /** Bytes of them. */
  readonly maxBytes: number;
}

// Timers and the socket get their turn after so many entries.
const SLICE = 64;

/**
 * One FIFO for everything that happens: stanzas with their handlers, events with their listeners, due schedules.
 * It does not wait for a handler's promise, unless the handler asked for it (a lane). After an entry that settles what
 * somebody awaits, a macrotask passes: that continuation runs before the next entry.
 */
export class EventQueue {
  readonly #clock: Clock;
  readonly #limits: EventQueueLimits;
  readonly #pressure: (high: boolean) => void;
  #entries: (QueueEntry | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #laned = 0;
  #scheduled = false;
  #high = false;
  #turn = false;
  readonly #lanes = new Map<object, QueueEntry[]>();
  #left = SLICE;
  readonly #next = (): void => {
    this.#scheduled = false;
    this.#drain();
  };
  readonly #nextTurn = (): void => {
    this.#left = SLICE;
    this.#next();
  };

  constructor(clock: Clock, limits: EventQueueLimits, pressure: (high: boolean) => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#pressure = pressure;
  }

  /** Entries that have not been run yet, those that wait in a lane included. */
  get length(): number {
    return this.#entries.length - this.#head + this.#laned;
  }

  push(entry: QueueEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.size ?? 0;
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(this.#next);
    }
    if (!this.#high && (this.length > this.#limits.maxEntries || this.#bytes > this.#limits.maxBytes)) {
      this.#high = true;
      this.#pressure(true);
    }
  }

  /** Called while an entry runs: it has settled a promise, so let the continuation run before the next entry. */
  settled(): void {
    this.#turn = true;
  }

  #drain(): void {
    while (this.#head < this.#entries.length) {
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
      const lane = entry.lane;
      const waiting = lane && this.#lanes.get(lane);
      if (waiting) {
        waiting.push(entry);
        this.#laned += 1;
        continue;
      }
      this.#turn = entry.settles === true;
      this.#run(entry);
      this.#left -= 1;
      this.#scheduled = true;
      // A macrotask where somebody awaits what was settled; else a microtask, so that promises a handler resolved go on.
      if (this.#turn || this.#left <= 0) this.#clock.nextTurn(this.#nextTurn);
      else queueMicrotask(this.#next);
      return;
    }
  }

  #run(entry: QueueEntry): void {
    const result = entry.run();
    if (entry.lane && isThenable(result)) this.#hold(entry.lane, result);
    this.#release(entry);
  }

  #hold(lane: object, result: PromiseLike<unknown>): void {
    const waiting: QueueEntry[] = [];
    this.#lanes.set(lane, waiting);
    const go = (): void => {
      this.#lanes.delete(lane);
      let next = waiting.shift();
      while (next) {
        this.#laned -= 1;
        const result = next.run();
        this.#release(next);
        if (isThenable(result)) {
          this.#hold(lane, result);
          this.#lanes.get(lane)?.push(...waiting);
          return;
        }
        next = waiting.shift();
      }
    };
    result.then(go, go);
  }

  #release(entry: QueueEntry): void {
    this.#bytes -= entry.size ?? 0;
    if (this.#high && this.length <= this.#limits.maxEntries / 2 && this.#bytes <= this.#limits.maxBytes / 2) {
      this.#high = false;
      this.#pressure(false);
    }
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
