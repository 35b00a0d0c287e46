import { streamFraming } from '../../src/stream/framing.js';
import type { ChannelBindingType, Framing, Transport, TransportEvents } from '../../src/stream/transport.js';

export const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' " +
  "id='s1' from='example.org' version='1.0'>";
export const FEATURES = '<stream:features/>';

/** What a hand-made transport does at the points where real ones differ. */
export interface MemoryOptions {
  /** Settled by the test: `connect` waits for it. */
  connecting?: Promise<void>;
  /** `startTls` waits for it. */
  securing?: Promise<void>;
  /** `end()` does not lead to a close: the peer is gone. */
  deaf?: boolean;
  /** `destroy()` closes before it returns. */
  closesAtOnce?: boolean;
  framing?: Framing;
  kind?: string;
}

/** A transport whose other end is the test. */
export class MemoryTransport implements Transport {
  readonly kind: string;
  readonly framing: Framing;
  readonly canStartTls = true;
  readonly channelBindingTypes: readonly ChannelBindingType[] = [];
  secure = false;
  /** Everything that was written, in order. */
  readonly written: string[] = [];
  /** What `write` answers. */
  ready = true;
  paused = false;
  opened = false;
  ended = false;
  destroyed = false;
  closed = false;
  /** Called with each text that is written. */
  onWrite: ((text: string) => void) | undefined;
  #events: TransportEvents | undefined;
  #held: (Uint8Array | string)[] = [];
  readonly #options: MemoryOptions;

  constructor(options: MemoryOptions = {}) {
    this.#options = options;
    this.framing = options.framing ?? streamFraming;
    this.kind = options.kind ?? 'memory';
  }

  async connect(events: TransportEvents, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#options.connecting;
    this.#events = events;
    this.opened = true;
  }

  write(text: string): boolean {
    if (this.closed || this.destroyed) return false;
    this.written.push(text);
    this.onWrite?.(text);
    return this.ready;
  }

  get text(): string {
    return this.written.join('');
  }

  /** What was written since the last call. */
  take(): string {
    return this.written.splice(0).join('');
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    for (const chunk of this.#held.splice(0)) this.receive(chunk);
  }

  async startTls(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#options.securing;
    this.secure = true;
  }

  async channelBinding(): Promise<undefined> {
    return undefined;
  }

  end(): void {
    this.ended = true;
    if (!this.#options.deaf) queueMicrotask(() => this.close());
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    if (this.#options.closesAtOnce) this.close();
    else queueMicrotask(() => this.close());
  }

  // The other end.

  /** Something arrives. */
  receive(chunk: Uint8Array | string): void {
    if (this.closed) return;
    if (this.paused) this.#held.push(chunk);
    else this.#events?.data(chunk);
  }

  /** What was buffered has gone out. */
  drain(): void {
    this.ready = true;
    this.#events?.drain();
  }

  /** The connection is gone. */
  close(error?: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.#events?.close(error);
  }

  /** Says something after the end, as a bad transport would. */
  late(): TransportEvents | undefined {
    return this.#events;
  }
}

/** Makes the other end a server that opens streams and says goodbye, and nothing else. */
export function serve(transport: MemoryTransport, features = FEATURES, header = HEADER): MemoryTransport {
  transport.onWrite = (text) => {
    queueMicrotask(() => {
      if (text.includes('<stream:stream')) transport.receive(header + features);
      if (text.includes('</stream:stream>')) transport.receive('</stream:stream>');
    });
  };
  return transport;
}
