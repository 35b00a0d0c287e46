import {
  type Limits,
  NS_STREAM,
  type Parser,
  type ParserEvents,
  type StreamHeader,
  type XmlElement,
  type XmlStreamError,
} from '@sestina/xml';
import type { Clock, Timer } from '../services/clock.js';
import { StreamError, type StreamErrorCondition } from '../stanza/stream-error.js';
import { Inbox } from './inbox.js';
import { ConnectionLostError, NotXmppError, ReceiveLimitError } from './link-errors.js';
import { checkHeader, type HeaderExpectation } from './stream-header.js';
import type { Framing } from './transport.js';

/** What the peer's side of a link tells the link. */
export interface InboundOwner {
  /** A first-level element was read; nobody has been given it yet. */
  read(element: XmlElement): void;
  /** Whether that element, of which only the start tag was read, is an answer that was asked for. */
  awaited(element: XmlElement): boolean;
  /** The peer has ended the stream. */
  ended(reason: Error): void;
  /** What the peer sent ends the stream: it is told `error`, and `reason` is what our side hears. */
  failed(error: StreamError, reason?: Error): void;
}

interface ExpectedHeader {
  readonly expected: HeaderExpectation;
  resolve(header: StreamHeader): void;
  reject(reason: Error): void;
}

// How long a server that sent a poor header has to say why.
const POOR_HEADER = 2_000;
const WAY_OUT = 'check host and port; a port for direct TLS needs an xmpps: service';

/** The peer's side of a link: the header, the first-level elements and the footer of one stream after another. */
export class Inbound {
  readonly #framing: Framing;
  readonly #owner: InboundOwner;
  readonly #clock: Clock;
  #limits: Limits;
  #parser: Parser | undefined;
  #awaited: ExpectedHeader | undefined;
  readonly #inbox = new Inbox();
  #anyHeader = false;
  #footer = false;
  #poorHeader: StreamError | undefined;
  #patience: Timer | undefined;
  #loggedIn = false;

  constructor(framing: Framing, limits: Limits, owner: InboundOwner, clock: Clock) {
    this.#framing = framing;
    this.#limits = limits;
    this.#owner = owner;
    this.#clock = clock;
  }

  /** Whether the peer has ever sent a header. */
  get greeted(): boolean {
    return this.#anyHeader;
  }

  /** What to do where what answers does not speak XMPP. */
  get wayOut(): string {
    return this.#framing.wayOut ?? WAY_OUT;
  }

  /** Whether the peer has closed its stream. */
  get footer(): boolean {
    return this.#footer;
  }

  /** Whether something was read that nobody asked for yet, of an element or whole ones. */
  get rest(): boolean {
    return (this.#parser?.leftover ?? false) || this.#inbox.waiting;
  }

  /** Whether it stops in the middle of an element. */
  get cut(): boolean {
    return this.#parser !== undefined && !this.#parser.idle && !this.#footer && this.#anyHeader;
  }

  /** Reads a further stream from now on; resolves with its header. */
  open(expected: HeaderExpectation): Promise<StreamHeader> {
    this.#parser = this.#framing.createParser(this.#parserEvents(), this.#limits);
    return new Promise((resolve, reject) => {
      this.#awaited = { expected: { ...expected, ...this.#framing.header }, resolve, reject };
    });
  }

  /** Forgets the stream, for bytes that are none of it: a TLS handshake. */
  leave(): void {
    this.#parser = undefined;
  }

  /** Takes the limits for what comes from now on. */
  setLimits(limits: Limits): void {
    this.#loggedIn = true;
    this.#limits = limits;
    this.#parser?.setLimits(limits);
  }

  /** Takes in what the transport has read. */
  data(chunk: Uint8Array | string): void {
    if (this.#parser) {
      this.#parser.write(chunk);
      return;
    }
    const text = 'data before our stream header';
    const error = new StreamError('not-well-formed', { text });
    this.#owner.failed(error, this.#notXmpp(error));
  }

  /** The next element that `wants` accepts; see `Link.receive`. */
  receive(
    wants: (element: XmlElement) => boolean,
    halt: (element: XmlElement) => boolean,
    over: Error | undefined,
  ): Promise<XmlElement> {
    // Too late to stop the parser where it has come already: what is behind it is known at the next stream or handshake.
    const halted = (element: XmlElement): void => {
      if (halt(element)) this.#parser?.stop();
    };
    return this.#inbox.pull(wants, halted, over);
  }

  /** What waits and what comes goes to `push`. */
  handOver(push: (element: XmlElement, bytes: number) => void): void {
    this.#inbox.handOver(push);
  }

  /** Reads nothing more of this stream. */
  stop(): void {
    this.#patience?.cancel();
    this.#parser?.stop();
  }

  /** Rejects everybody who waits for something of the peer. */
  reject(reason: Error): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    awaited?.reject(reason);
    this.#inbox.reject(reason);
  }

  /** Forgets what nobody has asked for. */
  clear(): void {
    this.#inbox.clear();
  }

  #parserEvents(): ParserEvents {
    return {
      streamStart: (header) => this.#headerCame(header),
      element: (element, bytes) => this.#elementCame(element, bytes),
      awaited: (element) => this.#owner.awaited(element),
      streamEnd: () => {
        this.#footer = true;
        const reason = new ConnectionLostError('closed', 'the server closed the stream');
        if (this.#poorHeader) this.#owner.failed(this.#poorHeader);
        else this.#owner.ended(reason);
      },
      error: (error) => this.#parserFailed(error),
    };
  }

  #headerCame(header: StreamHeader): void {
    const awaited = this.#awaited;
    if (!awaited) return;
    const error = checkHeader(header, awaited.expected);
    if (!error) {
      this.#awaited = undefined;
      this.#anyHeader = true;
      awaited.resolve(header);
    } else if (!this.#anyHeader && header.name !== (awaited.expected.root ?? 'stream')) {
      // Another root is another protocol: the page of a web server, above all.
      this.#owner.failed(error, this.#notXmpp(error));
    } else {
      // Where a server refuses us under a header that says too little, the error that it sends next says more.
      this.#poorHeader = error;
      this.#patience = this.#clock.setTimer(POOR_HEADER, () => this.#owner.failed(error));
    }
  }

  #elementCame(element: XmlElement, bytes: number): void {
    this.#owner.read(element);
    if (element.namespace === NS_STREAM && element.name === 'error') {
      this.#owner.ended(StreamError.fromElement(element));
    } else if (this.#poorHeader) {
      this.#owner.failed(this.#poorHeader);
    } else if (!this.#inbox.put(element, bytes)) {
      const text = 'too many elements before the session has started';
      this.#owner.failed(new StreamError('policy-violation', { text }));
    }
  }

  #parserFailed(error: XmlStreamError): void {
    const condition: StreamErrorCondition = error.condition;
    const option = error.limit && this.#optionOf(error.limit);
    const streamError = option
      ? new ReceiveLimitError(option, error.message.replace(`limits.${error.limit}`, option), { cause: error })
      : new StreamError(condition, { text: error.message, cause: error });
    const foreign = !this.#anyHeader && !this.#poorHeader && condition !== 'policy-violation';
    this.#owner.failed(this.#poorHeader ?? streamError, foreign ? this.#notXmpp(streamError) : undefined);
  }

  /** The option that allows more of what passed that limit. */
  #optionOf(limit: string): string {
    return `limits.${limit === 'maxStanzaBytes' && !this.#loggedIn ? 'maxStanzaBytesBeforeLogin' : limit}`;
  }

  /** Why the connection ended, where it ended while we waited for the peer to explain its header. */
  get poorHeader(): StreamError | undefined {
    return this.#poorHeader;
  }

  #notXmpp(cause: StreamError): NotXmppError {
    const why = cause.text ?? cause.condition;
    return new NotXmppError(`what answers there is not an XMPP server (${why}): ${this.wayOut}`, { cause });
  }
}
