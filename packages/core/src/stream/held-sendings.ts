import { LazyMap } from '@sestina/xml';
import { QueueFullError, SendError, type Sending, type SendOptions } from '../sending.js';
import type { Clock } from '../services/clock.js';
import type { ElementView } from '../stanza/element.js';
import { deadline } from '../util/within.js';

/** Stanzas that are not ready to be queued yet. */
export interface HeldBack {
  /** Takes one in. */
  hold(stanza: ElementView, options: SendOptions): Sending;
  /** Sends it, in this form. Does nothing where it has failed meanwhile. */
  release(sending: Sending, stanza: ElementView): void;
  /** Gives it up. */
  failHeld(sending: Sending, error: SendError): void;
}

interface Held {
  readonly start: number;
  readonly options: SendOptions;
  readonly end: () => void;
}

/** Stanzas that are not ready to be queued yet: bounded as those that are. */
export class HeldSendings {
  readonly #clock: Clock;
  readonly #bounds: { readonly maxStanzas: number; readonly maxBytes: number };
  readonly #held = new LazyMap<Sending, Held>();
  #bytes = 0;

  constructor(clock: Clock, bounds: { readonly maxStanzas: number; readonly maxBytes: number }) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Keeps one, or moves it to `failed` with a `QueueFullError`. It fails by itself after its `ttl`, and with its signal. */
  add(sending: Sending, options: SendOptions): void {
    const { maxStanzas, maxBytes } = this.#bounds;
    const full = this.#held.size >= maxStanzas;
    if (full || this.#bytes + sending.size > maxBytes) {
      sending.move(
        'failed',
        full ? new QueueFullError('maxStanzas', maxStanzas) : new QueueFullError('maxBytes', maxBytes),
      );
      return;
    }
    this.#bytes += sending.size;
    const { ttl, signal } = options;
    const end = deadline(this.#clock, { what: 'stanza', timeout: ttl, signal }, (cause) => {
      const [reason, message] = signal?.aborted
        ? (['aborted', 'aborted before it was sent'] as const)
        : (['expired', `not written within ${ttl} ms`] as const);
      this.fail(sending, new SendError(reason, message, { cause }));
    });
    this.#held.set(sending, { start: this.#clock.monotonic(), options, end });
  }

  /** Takes one out; what is left of its options, undefined where it has failed. */
  take(sending: Sending): SendOptions | undefined {
    const held = this.#held.get(sending);
    if (!held) return undefined;
    this.#held.delete(sending);
    this.#bytes -= sending.size;
    held.end();
    const { ttl } = held.options;
    if (ttl === undefined) return held.options;
    return { ...held.options, ttl: Math.max(0, ttl - (this.#clock.monotonic() - held.start)) };
  }

  fail(sending: Sending, error: SendError): void {
    if (this.take(sending)) sending.move('failed', error);
  }

  /** Fails all. */
  clear(error: SendError): void {
    for (const sending of [...this.#held.keys()]) this.fail(sending, error);
  }
}
