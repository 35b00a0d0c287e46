import {
  type Limits,
  NS_STREAM,
  type Parser,
  type ParserEvents,
  type StreamHeader,
  serialize,
  type XmlElement,
  type XmlStreamError,
} from '@sestina/xml';
import { DisconnectedError, SestinaError } from '../errors.js';
import type { Clock } from '../services/clock.js';
import { StreamError, type StreamErrorCondition } from '../stanza/stream-error.js';
import { TlsInjectionError } from './connection-errors.js';
import { Inbox } from './inbox.js';
import { ConnectionLostError, NotXmppError } from './link-errors.js';
import { asError } from './reasons.js';
import { checkHeader, type HeaderExpectation } from './stream-header.js';
import { type Tracer, withoutSecrets } from './tracer.js';
import type { OpeningHeader, Transport, TransportEvents } from './transport.js';

/** What a link tells the stream that it serves. */
export interface LinkOwner {
  /** A first-level element, once negotiation has been handed over. */
  element(element: XmlElement, bytes: number): void;
  /** Something was received; may be white space. */
  heard(): void;
  /** Writing can go on. */
  drain(): void;
  /** It is over. Once, and the last call. */
  closed(reason: Error): void;
  /** Something of the program's own failed: a tracer, a transport that throws. */
  failed?(error: unknown, where: string): void;
}

// How long the transport may take to close once the stream on it is over.
const CLOSING = 2_000;
const WAY_OUT = 'check host and port; a port for direct TLS needs an xmpps: service';

/**
 * One connection: a transport with the streams that are opened on it in turn. A new connection is a new link, so that
 * nothing late of an old one can touch it. While a session is negotiated elements are pulled with `receive`; after
 * `handOver` they are pushed to the owner.
 */
export class Link implements TransportEvents {
  readonly #owner: LinkOwner;
  readonly #clock: Clock;
  readonly #tracer: Tracer | undefined;
  /** What is being done on it, for the message of a deadline: `the stream header of the server`. */
  activity = 'opening the connection';
  #limits: Limits;
  #parser: Parser | undefined;
  #header:
    | { expected: HeaderExpectation; resolve(header: StreamHeader): void; reject(reason: Error): void }
    | undefined;
  readonly #inbox = new Inbox();
  #opened = false;
  #anyHeader = false;
  #wrongHeader: StreamError | undefined;
  #footerSent = false;
  #footerSeen = false;
  #ending = false;
  #closed = false;
  #reason: Error | undefined;
  #whenClosed: (() => void)[] = [];

  constructor(
    readonly transport: Transport,
    limits: Limits,
    owner: LinkOwner,
    clock: Clock,
    tracer?: Tracer,
  ) {
    this.#limits = limits;
    this.#owner = owner;
    this.#clock = clock;
    this.#tracer = tracer;
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
    return new Promise((resolve, reject) => {
      if (this.#over) return reject(this.#over);
      this.activity = 'the stream header of the server';
      this.#parser?.stop();
      if (this.#parser?.leftover || this.#inbox.waiting) {
        const error = new StreamError('bad-format', {
          text: 'elements after the end of the negotiation of this stream',
        });
        this.fail(error);
        return reject(error);
      }
      const text = this.transport.framing.open(header);
      this.#parser = this.transport.framing.createParser(this.#parserEvents(), this.#limits);
      this.#header = { expected: { ...expected, ...this.transport.framing.header }, resolve, reject };
      this.#opened = true;
      this.#send(text);
    });
  }

  /** The reason why nothing can be asked of it any more. */
  get #over(): Error | undefined {
    if (!this.#closed && !this.#ending && !this.#footerSent) return undefined;
    return this.#reason ?? new DisconnectedError('the connection is closed');
  }

  /** Takes the limits for what comes from now on. */
  setLimits(limits: Limits): void {
    this.#limits = limits;
    this.#parser?.setLimits(limits);
  }

  /**
   * The next first-level element that `wants` accepts; the others stay in order. Where `halt` says so of it, the parser
   * stops right behind it: nothing that came in the same breath is read as part of this stream.
   */
  receive(
    wants: (element: XmlElement) => boolean = () => true,
    halt: (element: XmlElement) => boolean = () => false,
  ): Promise<XmlElement> {
    // Too late to stop the parser where it has come already: what is behind it is known at the next openStream or startTls.
    const halted = (element: XmlElement): void => {
      if (halt(element)) this.#parser?.stop();
    };
    return this.#inbox.pull(wants, halted, this.#over);
  }

  /** Upgrades to TLS. @throws TlsInjectionError where something was sent behind the go-ahead (CVE-2011-0411). */
  async startTls(signal: AbortSignal): Promise<void> {
    if (this.#over) throw this.#over;
    this.activity = 'the TLS handshake';
    this.#parser?.stop();
    if (this.#parser?.leftover || this.#inbox.waiting) {
      const error = new TlsInjectionError();
      this.destroy(error);
      throw error;
    }
    this.#parser = undefined;
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
    this.#inbox.handOver((element, bytes) => {
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
    return serialize(element, { parentNamespace: implicitNamespace, prefixes });
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
    this.#whenClosed.push(() => timer.cancel());
    const closed = this.whenClosed();
    if (this.#opened && !this.#footerSeen) this.#sendFooter();
    else this.transport.end();
    this.#rejectAll(reason);
    return closed;
  }

  /** Resolves when it is closed. */
  whenClosed(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#whenClosed.push(resolve));
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
    this.#parser?.stop();
    this.transport.destroy();
    this.#finish();
  }

  data(chunk: Uint8Array | string): void {
    if (this.#closed) return;
    this.#owner.heard();
    this.#parser?.write(chunk);
    if (this.#wrongHeader) this.fail(this.#wrongHeader);
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
    const cause = error ? { cause: error } : undefined;
    if (this.#parser && !this.#parser.idle && !this.#footerSeen && this.#anyHeader) {
      return new ConnectionLostError('truncated', 'the connection ended in the middle of a stanza', cause);
    }
    if (error) return new ConnectionLostError('network', `the connection was lost: ${error.message}`, cause);
    return new ConnectionLostError('closed', 'the server closed the connection');
  }

  #parserEvents(): ParserEvents {
    return {
      streamStart: (header) => this.#headerCame(header),
      element: (element, bytes) => this.#elementCame(element, bytes),
      streamEnd: () => this.#footerCame(),
      error: (error) => this.#parserFailed(error),
    };
  }

  #headerCame(header: StreamHeader): void {
    const waiting = this.#header;
    if (!waiting) return;
    const error = checkHeader(header, waiting.expected);
    if (error) {
      // Another root is another protocol: the page of a web server, above all.
      const foreign = !this.#anyHeader && header.name !== (waiting.expected.root ?? 'stream');
      // Where a server refuses us under a header that says too little, the error right behind it says more.
      if (!foreign) this.#wrongHeader = error;
      else {
        this.#reason ??= this.#notXmpp(error);
        this.fail(error);
      }
      return;
    }
    this.#header = undefined;
    this.#anyHeader = true;
    waiting.resolve(header);
  }

  #elementCame(element: XmlElement, bytes: number): void {
    this.#trace('incoming', element);
    if (element.namespace === NS_STREAM && element.name === 'error') {
      this.#streamErrorCame(StreamError.fromElement(element));
    } else if (!this.#inbox.put(element, bytes)) {
      this.fail(new StreamError('policy-violation', { text: 'too many elements before the session has started' }));
    }
  }

  #streamErrorCame(error: StreamError): void {
    this.#reason ??= error;
    this.#end();
  }

  #footerCame(): void {
    this.#footerSeen = true;
    this.#reason ??= new ConnectionLostError('closed', 'the server closed the stream');
    this.#end();
  }

  #parserFailed(error: XmlStreamError): void {
    const condition: StreamErrorCondition = error.condition;
    const streamError = new StreamError(condition, { text: error.message, cause: error });
    const foreign = !this.#anyHeader && condition !== 'policy-violation';
    this.#reason ??= foreign ? this.#notXmpp(streamError) : streamError;
    this.fail(streamError);
  }

  #notXmpp(cause: StreamError): NotXmppError {
    const why = cause.text ?? cause.condition;
    const { wayOut = WAY_OUT } = this.transport.framing;
    return new NotXmppError(`what answers there is not an XMPP server (${why}): ${wayOut}`, { cause });
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
    this.#parser?.stop();
    this.#sendFooter();
    this.#rejectAll(reason);
    const timer = this.#clock.setTimer(CLOSING, () => this.destroy(reason));
    this.#whenClosed.push(() => timer.cancel());
    this.transport.end();
  }

  #rejectAll(reason: Error): void {
    const header = this.#header;
    this.#header = undefined;
    header?.reject(reason);
    this.#inbox.reject(reason);
  }

  #finish(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parser?.stop();
    this.#inbox.clear();
    const reason = this.#reason ?? new DisconnectedError('closed');
    this.#rejectAll(reason);
    for (const callback of this.#whenClosed.splice(0)) callback();
    this.#owner.closed(reason);
  }
}
