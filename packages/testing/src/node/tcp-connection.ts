import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { DisconnectedError, SystemClock, TlsError } from '@sestina/core';
import type { TransportEvents } from '@sestina/core/transport';
import type { ServerLink } from '../server/server-stream.js';
import type { KeyAndCertificate } from './certificate.js';

/** The server's end of a TCP connection, with STARTTLS. @internal */
export class TcpConnection implements ServerLink {
  readonly #domain: string;
  readonly #certificate: () => KeyAndCertificate;
  readonly #whenClosed: () => void;
  #socket: Socket;
  #events: TransportEvents | undefined;
  #error: Error | undefined;
  #secure = false;
  #inHandshake = false;
  #closed = false;

  constructor(socket: Socket, domain: string, certificate: () => KeyAndCertificate, whenClosed: () => void) {
    this.#socket = socket;
    this.#domain = domain;
    this.#certificate = certificate;
    this.#whenClosed = whenClosed;
    socket.setNoDelay(true);
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.once('close', () => this.#finish());
  }

  get secure(): boolean {
    return this.#secure;
  }

  get canStartTls(): boolean {
    return !this.#secure && !this.#closed;
  }

  get buffered(): number {
    return this.#socket.writableLength;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#attach();
  }

  write(text: string): boolean {
    return this.#socket.writable ? this.#socket.write(text) : true;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Closes once what is written has gone out, and after a quarter of a second anyway. */
  endNow(): void {
    if (this.#inHandshake) {
      this.destroy();
      return;
    }
    this.#socket.destroySoon();
    const timer = new SystemClock().setTimer(250, () => this.destroy(), { background: true });
    this.#socket.once('close', () => timer.cancel());
  }

  acceptTls(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.canStartTls) throw new DisconnectedError('the connection is closed, or encrypted already');
      this.#socket.removeAllListeners('data');
      this.#socket.removeAllListeners('drain');
      this.#socket.pause();
      const secured = new TLSSocket(this.#socket, { isServer: true, ...this.#certificate() });
      this.#socket = secured;
      this.#inHandshake = true;
      const fail = (error?: Error): void => {
        reject(
          new TlsError(this.#domain, 'interrupted', error?.message ?? 'closed during the handshake', { cause: error }),
        );
        secured.destroy();
      };
      secured.on('error', (error) => {
        this.#error ??= error;
        fail(error);
      });
      secured.once('close', () => {
        fail();
        this.#finish();
      });
      secured.once('secure', () => {
        this.#secure = true;
        this.#inHandshake = false;
        if (this.#events) this.#attach();
        resolve();
      });
    });
  }

  #attach(): void {
    this.#socket.on('data', (chunk: Uint8Array) => this.#events?.data(chunk));
    this.#socket.on('drain', () => this.#events?.drain());
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events?.close(this.#error);
    this.#whenClosed();
  }
}
