import { DisconnectedError, TlsError, TlsInjectionError } from '@sestina/core';
import type { TransportEvents } from '@sestina/core/transport';
import type { MemoryPipe } from './memory-pipe.js';

/** What an end is told of TLS. @internal */
export interface MemoryTls {
  readonly domain: string;
  readonly secure: boolean;
  readonly canStartTls: boolean;
}

/** What an end is made of. @internal */
export interface MemoryPipes {
  readonly in: MemoryPipe;
  readonly out: MemoryPipe;
  readonly nextTurn: (callback: () => void) => void;
}

interface Handshake {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * One end of an in-memory connection. The client's end is a `MemoryTransport`; this is what a server holds, or a test that
 * plays the server by hand: `listen()` for what comes, `write()` for what goes.
 */
export class MemoryEnd {
  readonly #in: MemoryPipe;
  readonly #out: MemoryPipe;
  readonly #domain: string;
  readonly #nextTurn: (callback: () => void) => void;
  #events: TransportEvents | undefined;
  #secure: boolean;
  #canStartTls: boolean;
  #handshake: Handshake | undefined;
  #helloWaits = false;
  #ending = false;
  #closed = false;
  #untoldClose: { error: Error | undefined } | undefined;

  /** @internal Made by `memoryPair()`. */
  constructor(pipes: MemoryPipes, tls: MemoryTls) {
    this.#domain = tls.domain;
    this.#in = pipes.in;
    this.#out = pipes.out;
    this.#nextTurn = pipes.nextTurn;
    this.#secure = tls.secure;
    this.#canStartTls = tls.canStartTls;
    this.#in.attach({
      data: (chunk) => this.#data(chunk),
      handshake: () => this.#hello(),
      end: (error) => this.#finish(error),
    });
    this.#in.pause();
  }

  /** Whether TLS is simulated: nothing is really encrypted here. */
  get secure(): boolean {
    return this.#secure;
  }

  /** Whether both ends may go over to simulated TLS now. */
  get canStartTls(): boolean {
    return this.#canStartTls && !this.#secure && !this.#closed;
  }

  /** Whether nothing will be read or written any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that were written here and the other end has not read. */
  get buffered(): number {
    return this.#out.unread;
  }

  /** Starts reading; what came before is delivered now. */
  listen(events: TransportEvents): void {
    const missed = this.#untoldClose;
    if (missed) {
      this.#untoldClose = undefined;
      this.#nextTurn(() => events.close(missed.error));
      return;
    }
    this.#events = events;
    this.#in.resume();
  }

  /** Hands over text. False above 64 KiB unread: `drain` follows. Ignored once closed. */
  write(text: string): boolean {
    return this.writeBytes(new TextEncoder().encode(text));
  }

  /** Hands over bytes as they are, the half of a character too. */
  writeBytes(bytes: Uint8Array): boolean {
    if (this.#closed || this.#ending) return true;
    return this.#out.write(bytes);
  }

  /** Stops reading until `resume()`. */
  pause(): void {
    this.#in.pause();
  }

  resume(): void {
    if (this.#events) this.#in.resume();
  }

  /** Writes what is buffered, then closes: the other end's `close` comes, then this one's. */
  end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    this.#out.end();
  }

  /**
   * Closes at once; what is unread is lost.
   * @param error What the other end is told; without one it sees a regular end.
   */
  destroy(error?: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#in.detach();
    this.#out.abort(error);
    this.#nextTurn(() => this.#tellClose(undefined));
  }

  /**
   * The server's part of STARTTLS: answers the handshake of the client, now or when it comes. Both ends are `secure` then.
   * @throws TlsInjectionError where plain bytes come first; DisconnectedError where the connection goes away.
   */
  acceptTls(): Promise<void> {
    return this.#negotiate(() => {
      if (this.#helloWaits) this.#hello();
    });
  }

  /** The client's part of STARTTLS; see `Transport.startTls`. */
  protected async requestTls(signal: AbortSignal): Promise<void> {
    const abort = (): void => {
      this.#handshake?.reject(signal.reason as Error);
      this.#handshake = undefined;
      this.destroy();
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await this.#negotiate(() => this.#out.writeHandshake());
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #negotiate(start: () => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#closed) throw new DisconnectedError('the connection is closed: TLS needs an open one');
      if (!this.canStartTls || this.#handshake) {
        throw new TlsError(this.#domain, 'protocol', 'it is on already, or switched off by `canStartTls`');
      }
      this.#handshake = { resolve, reject };
      start();
    });
  }

  #hello(): void {
    const handshake = this.#handshake;
    if (!handshake) {
      this.#helloWaits = true;
      return;
    }
    this.#handshake = undefined;
    this.#secure = true;
    this.answerHello(this.#out);
    this.#in.handshakeDone();
    handshake.resolve();
  }

  /** The client has begun; the server answers. @internal */
  protected answerHello(out: MemoryPipe): void {
    out.writeHandshake();
  }

  // What the other end wrote before its part of the handshake.
  #data(chunk: Uint8Array): void {
    const handshake = this.#handshake;
    if (!handshake) {
      this.#events?.data(chunk);
      return;
    }
    this.#handshake = undefined;
    this.destroy();
    handshake.reject(new TlsInjectionError(this.#domain));
  }

  #finish(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#out.end();
    this.#tellClose(error);
  }

  #tellClose(error: Error | undefined): void {
    this.#handshake?.reject(error ?? new DisconnectedError('the connection closed during the TLS handshake'));
    this.#handshake = undefined;
    const events = this.#events;
    this.#events = undefined;
    if (events) events.close(error);
    else this.#untoldClose = { error };
  }

  /** @internal The other end has read everything. */
  drained(): void {
    if (!this.#closed) this.#events?.drain();
  }
}
