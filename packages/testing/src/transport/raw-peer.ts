import { type Clock, DisconnectedError, SystemClock, TimeoutError } from '@sestina/core';
import type { Transport, TransportEvents } from '@sestina/core/transport';
import type { MemoryEnd } from './memory-end.js';

/** Options of a wait. */
export interface ReceiveOptions {
  /** Milliseconds. Default 1,000. */
  timeout?: number;
  signal?: AbortSignal;
}

/** How a `RawPeer` plays a server. */
export interface ServeOptions {
  /** What the timeouts run on. @default the system's */
  readonly clock?: Clock | undefined;
  /** Whether the end of the stream is answered with that of the other direction, which ends the connection. @default false */
  readonly saysGoodbye?: boolean | undefined;
}

/** What a `RawPeer` writes to: `MemoryEnd` or any `Transport`. */
export interface RawEnd {
  write(text: string): boolean;
  end(): void;
  destroy(error?: Error): void;
}

/** Plays one end of a connection by hand, as text: what a peer would send, and what it got. */
export class RawPeer {
  readonly #end: RawEnd;
  readonly #clock: Clock;
  readonly #decoder = new TextDecoder();
  #unread = '';
  #received = '';
  #closed: { error: Error | undefined } | undefined;
  #waiting: (() => void)[] = [];

  private constructor(end: RawEnd, clock: Clock) {
    this.#end = end;
    this.#clock = clock;
  }

  /** Plays a server: takes over the server's end of `memoryPair()`. */
  static serve(end: MemoryEnd, { clock = new SystemClock(), saysGoodbye = false }: ServeOptions = {}): RawPeer {
    const peer = new RawPeer(end, clock);
    const events = peer.#events();
    end.listen(saysGoodbye ? { ...events, data: (chunk) => peer.#answersGoodbye(chunk, events) } : events);
    return peer;
  }

  /**
   * Plays a client: connects a transport. What its `connect()` rejects with comes through.
   * @param options.signal Gives up.
   * @param options.clock What the timeouts run on. Default: the system's.
   */
  static async connect(transport: Transport, options: { signal?: AbortSignal; clock?: Clock } = {}): Promise<RawPeer> {
    const peer = new RawPeer(transport, options.clock ?? new SystemClock());
    await transport.connect(peer.#events(), options.signal ?? new AbortController().signal);
    return peer;
  }

  /** Everything that has come, consumed or not. */
  get received(): string {
    return this.#received;
  }

  /** What has come and no `receive()` has taken. */
  get unread(): string {
    return this.#unread;
  }

  /** Whether the connection is gone. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** With what the connection broke; undefined while it is there and after a regular end. */
  get error(): Error | undefined {
    return this.#closed?.error;
  }

  /** Sends text as it is, well-formed or not. */
  send(text: string): void {
    this.#end.write(text);
  }

  /** Closes regularly, without a `</stream:stream>`. */
  end(): void {
    this.#end.end();
  }

  /** Cuts the connection. @param error What the other side is told; without one it sees a regular end. */
  drop(error?: Error): void {
    this.#end.destroy(error);
  }

  /**
   * Waits until the unread text matches, and takes it up to the end of the match.
   * @returns What was taken.
   * @throws TimeoutError, or DisconnectedError where the connection closed without a match; both show the unread text.
   */
  async receive(pattern: string | RegExp, options: ReceiveOptions = {}): Promise<string> {
    let taken = '';
    await this.#until(`"${pattern}"`, options, () => {
      const match = typeof pattern === 'string' ? this.#unread.indexOf(pattern) : this.#unread.search(pattern);
      if (match < 0) return false;
      const length =
        typeof pattern === 'string' ? pattern.length : (pattern.exec(this.#unread.slice(match))?.[0].length ?? 0);
      taken = this.#unread.slice(0, match + length);
      this.#unread = this.#unread.slice(match + length);
      return true;
    });
    return taken;
  }

  /** Waits until the connection is gone, and takes what is unread. @throws TimeoutError */
  async receiveEnd(options: ReceiveOptions = {}): Promise<string> {
    await this.#until('the end', options, () => this.closed);
    const taken = this.#unread;
    this.#unread = '';
    return taken;
  }

  #answersGoodbye(chunk: string | Uint8Array, events: TransportEvents): void {
    events.data(chunk);
    if (!this.#received.endsWith('</stream:stream>')) return;
    this.#end.write('</stream:stream>');
    this.#end.end();
  }

  #events(): TransportEvents {
    return {
      data: (chunk) => {
        const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
        this.#received += text;
        this.#unread += text;
        this.#wake();
      },
      drain: () => {},
      close: (error) => {
        this.#closed = { error };
        this.#wake();
      },
    };
  }

  #until(what: string, { timeout = 1_000, signal }: ReceiveOptions, done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const settle = (finish: () => void): void => {
        timer.cancel();
        signal?.removeEventListener('abort', abort);
        this.#waiting = this.#waiting.filter((other) => other !== check);
        finish();
      };
      const check = (): void => {
        if (done()) settle(resolve);
        else if (this.#closed) {
          settle(() =>
            reject(new DisconnectedError(`closed while waiting for ${what}; unread: ${this.#unread || 'nothing'}`)),
          );
        }
      };
      const abort = (): void => settle(() => reject(signal?.reason));
      const timer = this.#clock.setTimer(timeout, () =>
        settle(() => reject(new TimeoutError(`${what} (unread: ${this.#unread || 'nothing'})`, timeout))),
      );
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(check);
      check();
    });
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}
