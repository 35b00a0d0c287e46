import { ConfigError } from '../errors.js';
import type { Clock, Timer } from '../services/clock.js';
import { QueueFullError, SendError, type Sending, type SendOptions } from './sending.js';

/** Bounds of what waits to be written. */
export interface SendQueueOptions {
  /** Default 1,000. */
  readonly maxStanzas?: number;
  /** Of their text, in UTF-16 units. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Bytes of one stanza that is sent; what a server announces (XEP-0478) takes its place. Default 256 KiB. */
  readonly maxStanzaBytes?: number;
}

/** A stanza with its text. */
export interface Waiting {
  readonly sending: Sending;
  readonly text: string;
  /** The namespace that surrounds the text. */
  readonly parentNamespace: string;
}

interface Entry extends Waiting {
  timer: Timer | undefined;
  release: (() => void) | undefined;
}

// Parts of the bounds: from where on nothing more is to be read, and from where on not even what somebody waits for. What lies
// between is for answers to what was read before.
const HIGH = 0.75;
const FULL = 2;

/** What is to be written, in order, while there is no session or the transport is busy. Bounded: nothing is dropped in silence. */
export class SendQueue {
  readonly #clock: Clock;
  readonly maxStanzas: number;
  readonly maxBytes: number;
  #maxStanzaBytes: number;
  #waiting: Entry[] = [];
  #bytes = 0;
  #filtering = 0;
  #high = false;
  #full = false;
  readonly #changed: (() => void) | undefined;

  /** @throws ConfigError for a bound that is not a whole number of at least 1. */
  constructor(clock: Clock, options: SendQueueOptions = {}, changed?: () => void) {
    this.#clock = clock;
    this.#changed = changed;
    this.maxStanzas = bound('maxStanzas', options.maxStanzas ?? 1_000);
    this.maxBytes = bound('maxBytes', options.maxBytes ?? 4_194_304);
    this.#maxStanzaBytes = bound('maxStanzaBytes', options.maxStanzaBytes ?? 262_144);
  }

  /** Bytes that one stanza may have; may be set to what the server announces. */
  get maxStanzaBytes(): number {
    return this.#maxStanzaBytes;
  }

  set maxStanzaBytes(value: number) {
    this.#maxStanzaBytes = bound('maxStanzaBytes', value);
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** UTF-16 units of text that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** So much waits that nothing more is read. @internal */
  get high(): boolean {
    return this.#high;
  }

  /** So much waits that nothing is read, whoever waits for it. @internal */
  get full(): boolean {
    return this.#full;
  }

  /** Those that are on their way to this queue. @internal */
  get filtering(): number {
    return this.#filtering;
  }

  set filtering(value: number) {
    this.#filtering = value;
    this.weigh();
  }

  /** What waits, oldest first. */
  get entries(): readonly Sending[] {
    return this.#waiting.map((entry) => entry.sending);
  }

  /**
   * Puts it at the end, or moves it to `failed` with a `QueueFullError`.
   * @param owed There is always room for it.
   */
  push(waiting: Waiting, options: SendOptions = {}, owed = false): void {
    const { sending, text } = waiting;
    if (!owed && this.#waiting.length >= this.maxStanzas) {
      sending.move('failed', new QueueFullError('maxStanzas', this.maxStanzas));
      return;
    }
    if (!owed && this.#bytes + text.length > this.maxBytes) {
      sending.move('failed', new QueueFullError('maxBytes', this.maxBytes));
      return;
    }
    const entry: Entry = { ...waiting, timer: undefined, release: undefined };
    this.#waiting.push(entry);
    this.#bytes += text.length;
    const { ttl, signal } = options;
    if (ttl !== undefined) {
      const expired = (): void => this.#fail(entry, new SendError('expired', `not written within ${ttl} ms`));
      entry.timer = this.#clock.setTimer(ttl, expired);
    }
    if (signal) {
      const onAbort = (): void =>
        this.#fail(entry, new SendError('aborted', 'aborted before it was written', { cause: signal.reason }));
      signal.addEventListener('abort', onAbort);
      entry.release = () => signal.removeEventListener('abort', onAbort);
    }
    this.weigh();
  }

  /** Takes out the oldest. To be followed by `weigh()`, once that is written. */
  shift(): Waiting | undefined {
    const entry = this.#waiting.shift();
    if (entry) this.#forget(entry);
    return entry;
  }

  /** Fails everything that waits. */
  clear(reason: SendError): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (const entry of all) {
      this.#forget(entry);
      entry.sending.move('failed', reason);
    }
    this.weigh();
  }

  /** Looks whether what waits has become much, or little. @internal */
  weigh(): void {
    const { length } = this.#waiting;
    if (length === 0 && this.#filtering === 0 && !this.#high) return;
    const load = Math.max((length + this.#filtering) / this.maxStanzas, this.#bytes / this.maxBytes);
    const high = load > (this.#high ? HIGH / 2 : HIGH);
    const full = load > (this.#full ? FULL / 2 : FULL);
    if (high === this.#high && full === this.#full) return;
    this.#high = high;
    this.#full = full;
    this.#changed?.();
  }

  #fail(entry: Entry, error: SendError): void {
    const index = this.#waiting.indexOf(entry);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#forget(entry);
    entry.sending.move('failed', error);
    this.weigh();
  }

  #forget(entry: Entry): void {
    this.#bytes -= entry.text.length;
    entry.timer?.cancel();
    entry.release?.();
  }
}

function bound(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ConfigError(`queue.${option} has to be a whole number of at least 1, got ${value}`, `queue.${option}`);
  }
  return value;
}
