import { ConfigError } from '../errors.js';
import { QueueFullError, SendError, type Sending, type SendOptions } from '../sending.js';
import type { Clock, Timer } from '../services/clock.js';

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
  /** It is no stanza, and of no use on another connection. */
  readonly fleeting?: boolean;
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
  #waiting: Entry[] = []; // bound: `maxStanzas` and `maxBytes`; for answers, what is read, which is nothing beyond
  #bytes = 0;
  #level: 0 | 1 | 2 = 0;
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

  /** 1: so much waits that nothing more should be read. 2: nothing may be read, whoever waits for it. @internal */
  get level(): 0 | 1 | 2 {
    return this.#level;
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

  /** The oldest. @internal */
  get first(): Waiting | undefined {
    return this.#waiting[0];
  }

  /** Takes out the oldest. To be followed by `weigh()`, once that is written. */
  shift(): Waiting | undefined {
    const entry = this.#waiting.shift();
    if (entry) this.#forget(entry);
    return entry;
  }

  /** Forgets what is of no use on another connection. */
  dropFleeting(): void {
    const fleeting = this.#waiting.filter((entry) => entry.fleeting);
    if (fleeting.length === 0) return;
    this.#waiting = this.#waiting.filter((entry) => !entry.fleeting);
    for (const entry of fleeting) this.#forget(entry);
    this.weigh();
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
    const old = this.#level;
    const count = this.#waiting.length;
    if (count + old === 0) return;
    const load = Math.max(count / this.maxStanzas, this.#bytes / this.maxBytes);
    this.#level = load > (old > 1 ? FULL / 2 : FULL) ? 2 : load > (old ? HIGH / 2 : HIGH) ? 1 : 0;
    if (this.#level !== old) this.#changed?.();
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
