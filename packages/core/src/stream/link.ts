import type { Limits, StreamHeader, XmlElement } from '@sestina/xml';
import { DisconnectedError, SestinaError } from '../errors.js';
import { asError } from '../reasons.js';
import { Registration } from '../registration.js';
import type { Clock } from '../services/clock.js';
import { StreamError } from '../stanza/stream-error.js';
import { Callbacks } from './callbacks.js';
import { TlsInjectionError } from './connection-errors.js';
import { serializeFirstLevel } from './first-level.js';
import { Inbound } from './inbound.js';
import { ConnectionLostError } from './link-errors.js';
import type { HeaderExpectation } from './stream-header.js';
import { type Tracer, withoutSecrets } from './tracer.js';
import type { OpeningHeader, Transport, TransportEvents } from './transport.js';

/** What a link tells the stream that it serves. */
export interface LinkOwner {
  /** A first-level element, once negotiation has been handed over. */
  element(element: XmlElement, bytes: number): void;
  /** Something was received; may be white space. */
  heard(): void;
  /** A first-level element was read. */
  spoke?(): void;
  /** Whether that element, of which only the start tag was read, is an answer that was asked for. */
  awaited?(element: XmlElement): boolean;
  /** Writing can go on. */
  drain(): void;
  /** It is over. Once, and the last call. */
  closed(reason: Error): void;
  /** Something of the program's own failed: a tracer, a transport that throws. */
  failed?(error: unknown, where: string): void;
  /** What is waited for from now on, for the message of a deadline. */
  step?(name: string): void;
}

// How long the transport may take to close once the stream on it is over.
const CLOSING = 2_000;

/**
 * One connection: a transport with the streams that are opened on it in turn. A new connection is a new link, so that
 * nothing late of an old one can touch it. While a session is negotiated elements are pulled with `receive`; after
 * `handOver` they are pushed to the owner.
 */
export class Link implements TransportEvents {
  readonly #owner: LinkOwner;
  readonly #clock: Clock;
  readonly #tracer: Tracer | undefined;
  readonly #inbound: Inbound;
  #opened = false;
  #footerSent = false;
  #ending = false;
  #closed = false;
  #reason: Error | undefined;
  readonly #closing = new Callbacks<[]>('callback of the end of a connection', (error, where) =>
    this.#owner.failed?.(error, where),
  );

  constructor(
    readonly transport: Transport,
    limits: Limits,
    owner: LinkOwner,
    clock: Clock,
    tracer?: Tracer,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.#tracer = tracer;
    const inbound = {
      read: (element: XmlElement) => {
        this.#owner.spoke?.();
        this.#trace('incoming', element);
      },
      awaited: (element: XmlElement) => this.#owner.awaited?.(element) ?? false,
      ended: (reason: Error) => {
        this.#reason ??= reason;
        this.#end();
      },
      failed: (error: StreamError, reason?: Error) => {
        this.#reason ??= reason;
        this.fail(error);
      },
    };
    this.#inbound = new Inbound(transport.framing, limits, inbound, clock);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The stream on it is over, it closes by itself within two seconds. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Whether what is written goes out. */
  get writable(): boolean {
    return !this.#closed && !this.#footerSent && !this.#ending;
  }

  /** Why it is over, or is going to be. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Opens the transport. */
  async connect(signal: AbortSignal): Promise<void> {
    await this.transport.connect(this, signal);
    if (!this.#closed) return;
    // Given up while it was opened; a transport that came to be all the same must not stay open.
    this.transport.destroy();
    throw this.#reason ?? new DisconnectedError('closed while connecting');
  }

  /**
   * Opens a stream, or a further one in place of the last (RFC 6120 §4.3.3), and waits for the peer's header.
   * @throws StreamError where that header is wrong; the peer is told.
   */
  openStream(header: OpeningHeader, expected: HeaderExpectation): Promise<StreamHeader> {
    if (this.#over) return Promise.reject(this.#over);
    this.#inbound.stop();
    if (this.#inbound.rest) {
      const error = new StreamError('bad-format', { text: 'elements after the end of the negotiation of this stream' });
      this.fail(error);
      return Promise.reject(error);
    }
    this.step('the stream header of the server');
    const text = this.transport.framing.open(header);
    const answer = this.#inbound.open(expected);
    this.#opened = true;
    this.#send(text);
    return answer;
  }

  /** Names what is waited for from now on: a deadline says where it hung. */
  step(name: string): void {
    this.#owner.step?.(name);
  }

  /** The reason why nothing can be asked of it any more. */
  get #over(): Error | undefined {
    if (!this.#closed && !this.#ending && !this.#footerSent) return undefined;
    return this.#reason ?? new DisconnectedError('the connection is closed');
  }

  /** Takes the limits for what comes from now on. */
  setLimits(limits: Limits): void {
    this.#inbound.setLimits(limits);
  }

  /**
   * The next first-level element that `wants` accepts; the others stay in order. Where `halt` says so of it, the parser
   * stops right behind it: nothing that came in the same breath is read as part of this stream.
   */
  receive(
    wants: (element: XmlElement) => boolean = () => true,
    halt: (element: XmlElement) => boolean = () => false,
  ): Promise<XmlElement> {
    return this.#inbound.receive(wants, halt, this.#over);
  }

  /** Upgrades to TLS. @throws TlsInjectionError where something was sent behind the go-ahead (CVE-2011-0411). */
  async startTls(signal: AbortSignal): Promise<void> {
    if (this.#over) throw this.#over;
    this.step('the TLS handshake');
    this.#inbound.stop();
    if (this.#inbound.rest) {
      const error = new TlsInjectionError();
      this.destroy(error);
      throw error;
    }
    this.#inbound.leave();
    // The stream is no more: a goodbye would be read as part of the handshake.
    this.#opened = false;
    try {
      await this.transport.startTls(signal);
    } catch (error) {
      this.destroy(asError(error));
      throw error;
    }
    if (this.#closed) throw this.#reason ?? new DisconnectedError('closed during the TLS handshake');
  }

  /** Ends negotiation: what waits and what comes goes to the owner. */
  handOver(): void {
    this.#inbound.handOver((element, bytes) => {
      if (!this.#closed) this.#owner.element(element, bytes);
    });
  }

  /** Writes an element at once. False: the transport is busy. */
  sendElement(element: XmlElement): boolean {
    return this.write(this.serialize(element), element);
  }

  /** The text of a first-level element on this transport. @throws SerializeError */
  serialize(element: XmlElement): string {
    const { implicitNamespace, prefixes } = this.transport.framing;
    return serializeFirstLevel(element, { parentNamespace: implicitNamespace, prefixes });
  }

  /** Writes text that `serialize` made of the element. False: the transport is busy, or the link is not writable. */
  write(text: string, element: XmlElement): boolean {
    if (!this.writable) return false;
    this.#trace('outgoing', element);
    return this.#send(text);
  }

  /** White space between stanzas, to keep the path open. */
  sendSpace(): void {
    if (this.writable && this.#opened) this.#send(' ');
  }

  #trace(way: 'incoming' | 'outgoing', element: XmlElement): void {
    if (!this.#tracer) return;
    try {
      this.#tracer[way](withoutSecrets(element));
    } catch (error) {
      this.#owner.failed?.(error, 'tracer');
    }
  }

  #send(text: string): boolean {
    try {
      return this.transport.write(text);
    } catch (error) {
      this.#owner.failed?.(error, 'transport');
      this.destroy(new ConnectionLostError('network', `the transport failed: ${asError(error).message}`));
      return false;
    }
  }

  /** Says goodbye and waits for the peer to do the same, for so many milliseconds, then closes anyway. */
  shutdown(timeout: number, reason: Error): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#reason ??= reason;
    const timer = this.#clock.setTimer(timeout, () => this.destroy(reason));
    this.onClosed(() => timer.cancel());
    const closed = new Promise<void>((resolve) => this.onClosed(resolve));
    if (this.#opened && !this.#inbound.footer) this.#sendFooter();
    else this.transport.end();
    this.#inbound.reject(reason);
    return closed;
  }

  /** Calls back when it is closed, or at once where it is, unless the registration is disposed of before. */
  onClosed(callback: () => void): Registration {
    if (!this.#closed) return this.#closing.add(callback);
    callback();
    return new Registration(() => {});
  }

  /** Ends the stream with an error that the peer is told, then closes. */
  fail(error: StreamError): void {
    if (this.#closed || this.#ending) return;
    this.#reason ??= error;
    if (this.#opened && !this.#footerSent) {
      try {
        const element = error.toElement();
        const text = this.serialize(element);
        this.#trace('outgoing', element);
        this.#send(text);
      } catch {
        // A text that cannot be written must not keep the stream open.
      }
    }
    this.#end();
  }

  /** Closes at once. */
  destroy(reason: Error): void {
    if (this.#closed) return;
    this.#reason ??= reason;
    this.#inbound.stop();
    this.transport.destroy();
    this.#finish();
  }

  data(chunk: Uint8Array | string): void {
    if (this.#closed) return;
    this.#owner.heard();
    this.#inbound.data(chunk);
  }

  drain(): void {
    if (!this.#closed) this.#owner.drain();
  }

  close(error?: Error): void {
    if (this.#closed) return;
    this.#reason ??= this.#lossReason(error);
    this.#finish();
  }

  #lossReason(error: Error | undefined): Error {
    if (error instanceof SestinaError && !(error instanceof DisconnectedError)) return error;
    if (this.#inbound.poorHeader) return this.#inbound.poorHeader;
    const cause = error ? { cause: error } : undefined;
    if (this.#inbound.cut) {
      return new ConnectionLostError('truncated', 'the connection ended in the middle of a stanza', cause);
    }
    if (error) return new ConnectionLostError('network', `the connection was lost: ${error.message}`, cause);
    if (this.#opened && !this.#inbound.greeted) {
      const text = `the server closed the connection before it said anything: ${this.#inbound.wayOut}`;
      return new ConnectionLostError('closed', text);
    }
    return new ConnectionLostError('closed', 'the server closed the connection');
  }

  #sendFooter(): void {
    if (this.#footerSent || !this.#opened || this.#closed) return;
    this.#footerSent = true;
    this.#send(this.transport.framing.close());
  }

  /** The stream is over: says goodbye and closes the transport, at the latest in two seconds. */
  #end(): void {
    if (this.#closed || this.#ending) return;
    this.#ending = true;
    const reason = this.#reason ?? new DisconnectedError('closed');
    this.#inbound.stop();
    this.#sendFooter();
    this.#inbound.reject(reason);
    const timer = this.#clock.setTimer(CLOSING, () => this.destroy(reason));
    this.onClosed(() => timer.cancel());
    this.transport.end();
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbound.stop();
    this.#inbound.clear();
    const reason = this.#reason ?? new DisconnectedError('closed');
    this.#inbound.reject(reason);
    this.#closing.call();
    this.#closing.clear();
    this.#owner.closed(reason);
  }
}
