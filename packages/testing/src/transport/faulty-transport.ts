import { type Clock, SystemClock } from '@sestina/core';
import type { ChannelBindingType, Framing, Transport, TransportEvents } from '@sestina/core/transport';
import { ConnectionResetError } from './errors.js';
import type { Faults } from './faults.js';
import { FaultyDirection } from './faulty-direction.js';
import { HIGH_WATER } from './memory-pipe.js';

/** A transport through which a bad network can be had on purpose: by options from the start, by methods at any moment. */
export class FaultyTransport implements Transport {
  readonly #inner: Transport;
  readonly #faults: Faults;
  readonly #clock: Clock;
  readonly #wrap: (next: Transport) => Transport;
  readonly #in: FaultyDirection;
  readonly #out: FaultyDirection;
  readonly #decoder = new TextDecoder();
  #events: TransportEvents | undefined;
  #state: 'open' | 'mute' | 'closed' = 'open';
  #pausedByUser = false;
  #full = false;
  #innerFull = false;
  #innerPaused = false;
  #ending = false;
  #innerClosed: { error: Error | undefined } | undefined;

  /**
   * @param inner What really carries the bytes.
   * @param faults What goes wrong; may be left out where only the methods are used.
   * @param clock Whose turns a slow reader waits for. Default: the system's.
   * @param wrap Makes what leads to the next place of `inner`. Default: the same faults.
   */
  constructor(
    inner: Transport,
    faults: Faults = {},
    clock: Clock = new SystemClock(),
    wrap: (next: Transport) => Transport = (next) => new FaultyTransport(next, faults, clock),
  ) {
    this.#wrap = wrap;
    this.#inner = inner;
    this.#faults = faults;
    this.#clock = clock;
    const nextTurn = (callback: () => void): void => clock.nextTurn(callback);
    this.#in = new FaultyDirection(faults.in ?? {}, {
      deliver: (bytes) => this.#events?.data(bytes),
      strike: (fault) => this[fault](),
      nextTurn,
      emptied: () => this.#inEmptied(),
    });
    this.#out = new FaultyDirection(faults.out ?? {}, {
      deliver: (bytes) => this.#writeInner(bytes),
      strike: (fault) => this[fault](),
      nextTurn,
      emptied: () => this.#outEmptied(),
    });
  }

  get kind(): string {
    return this.#inner.kind;
  }

  get framing(): Framing {
    return this.#inner.framing;
  }

  get secure(): boolean {
    return this.#inner.secure;
  }

  get canStartTls(): boolean {
    return this.#inner.canStartTls;
  }

  get channelBindingTypes(): readonly ChannelBindingType[] {
    return this.#inner.channelBindingTypes;
  }

  channelBinding(type: ChannelBindingType): Promise<Uint8Array | undefined> {
    return this.#inner.channelBinding(type);
  }

  async connect(events: TransportEvents, signal: AbortSignal): Promise<void> {
    const { connect } = this.#faults;
    signal.throwIfAborted();
    if (connect instanceof Error) throw connect;
    if (connect === 'stall') {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    }
    this.#events = events;
    const encoder = new TextEncoder();
    await this.#inner.connect(
      {
        data: (chunk) => this.#received(typeof chunk === 'string' ? encoder.encode(chunk) : chunk),
        drain: () => {
          this.#innerFull = false;
          this.#outEmptied();
        },
        close: (error) => this.#innerClose(error),
      },
      signal,
    );
    if (connect === 'drop') this.cut();
  }

  write(text: string): boolean {
    if (this.#state !== 'open' || this.#ending) return true;
    this.#out.push(new TextEncoder().encode(text));
    if (this.#innerFull || this.#out.waiting > HIGH_WATER) this.#full = true;
    return !this.#full;
  }

  pause(): void {
    this.#pausedByUser = true;
    this.#in.hold();
    this.#pauseInner();
  }

  resume(): void {
    this.#pausedByUser = false;
    this.#in.release();
    if (this.#in.waiting === 0) this.#resumeInner();
  }

  async startTls(signal: AbortSignal): Promise<void> {
    await this.#inner.startTls(signal);
  }

  next(): Transport | undefined {
    const next = this.#inner.next?.();
    return next && this.#wrap(next);
  }

  end(): void {
    if (this.#state === 'mute') this.destroy();
    if (this.#state !== 'open' || this.#ending) return;
    this.#ending = true;
    if (this.#out.waiting === 0) this.#inner.end();
  }

  destroy(): void {
    if (this.#state === 'closed') return;
    this.#close(undefined);
    this.#inner.destroy();
  }

  /** Ends the connection without a word, as a peer does that goes away. What has gone through arrives. */
  cut(): void {
    if (this.#state === 'closed') return;
    this.#close(undefined);
    this.#inner.end();
  }

  /** Breaks the connection with an error. */
  reset(error: Error = new ConnectionResetError('the connection was reset')): void {
    if (this.#state === 'closed') return;
    this.#close(error);
    this.#inner.destroy();
  }

  /** From now on nothing gets through in either direction, and nobody is told: a black hole. Only an end from here closes it. */
  mute(): void {
    if (this.#state !== 'open') return;
    this.#state = 'mute';
    this.#in.kill();
    this.#out.kill();
    this.#inner.pause();
  }

  /** As if the peer had sent this. */
  inject(data: string | Uint8Array): void {
    if (this.#state === 'open') this.#events?.data(typeof data === 'string' ? new TextEncoder().encode(data) : data);
  }

  /** Lets so many bytes past a `bytesPerTurn`. */
  allow(direction: 'in' | 'out', bytes: number): void {
    (direction === 'in' ? this.#in : this.#out).allow(bytes);
  }

  #received(bytes: Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#in.push(bytes);
    if (this.#in.waiting > 0) this.#pauseInner();
  }

  #inEmptied(): void {
    if (this.#state !== 'open') return;
    if (this.#innerClosed) this.#close(this.#innerClosed.error);
    else if (!this.#pausedByUser) this.#resumeInner();
  }

  #pauseInner(): void {
    if (this.#innerPaused) return;
    this.#innerPaused = true;
    this.#inner.pause();
  }

  #resumeInner(): void {
    if (!this.#innerPaused || this.#state !== 'open') return;
    this.#innerPaused = false;
    this.#inner.resume();
  }

  #outEmptied(): void {
    if (this.#state !== 'open' || this.#out.waiting > 0) return;
    if (this.#ending) this.#inner.end();
    else if (this.#full && !this.#innerFull) {
      this.#full = false;
      this.#clock.nextTurn(() => {
        if (this.#state === 'open' && !this.#full) this.#events?.drain();
      });
    }
  }

  #writeInner(bytes: Uint8Array): void {
    // A transport that takes bytes can be given half a character; the others get it once it is whole.
    const { writeBytes } = this.#inner as { writeBytes?: (bytes: Uint8Array) => boolean };
    const roomLeft = writeBytes
      ? writeBytes.call(this.#inner, bytes)
      : this.#inner.write(this.#decoder.decode(bytes, { stream: true }));
    if (!roomLeft) this.#innerFull = true;
  }

  #innerClose(error: Error | undefined): void {
    if (this.#state !== 'open') return;
    this.#innerClosed = { error };
    if (this.#in.waiting === 0) this.#close(error);
  }

  #close(error: Error | undefined): void {
    this.#state = 'closed';
    this.#in.kill();
    this.#out.kill();
    const events = this.#events;
    this.#events = undefined;
    this.#clock.nextTurn(() => events?.close(error));
  }
}
