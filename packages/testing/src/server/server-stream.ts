import { type StreamErrorCondition, XmlElement } from '@sestina/core';
import { NS_CLIENT } from '@sestina/core/connection';
import {
  type Limits,
  NS_STREAM,
  NS_STREAM_ERRORS,
  type Parser,
  type StreamHeader,
  serialize,
  streamFraming,
  type TransportEvents,
} from '@sestina/core/transport';
import { escapeXml } from '../xml/parse.js';

/** What carries a stream on the server's side: `MemoryEnd`, or a TCP connection. */
export interface ServerLink {
  readonly secure: boolean;
  readonly canStartTls: boolean;
  /** Bytes written that the peer has not taken. */
  readonly buffered: number;
  listen(events: TransportEvents): void;
  write(text: string): boolean;
  pause(): void;
  resume(): void;
  end(): void;
  destroy(error?: Error): void;
  /** Goes over to TLS, as the server. */
  acceptTls(): Promise<void>;
}

/** Who deals with what comes. @internal */
export interface StreamReceiver {
  header(header: StreamHeader): void;
  /** The next element waits until the promise is settled. */
  element(element: XmlElement): undefined | Promise<void>;
  /** Once for each stream, however it came about. @param ended Whether one side has ended it, and it was not lost. */
  closed(stream: ServerStream, ended: boolean): void;
}

/** What a stream is told about its server. @internal */
export interface StreamSettings {
  readonly domain: string;
  readonly limits: Limits;
  readonly maxBacklogBytes: number;
  newId(): string;
}

/** The server's side of one stream after another on one connection. @internal */
export class ServerStream {
  readonly link: ServerLink;
  readonly #settings: StreamSettings;
  readonly #receiver: StreamReceiver;
  #limits: Limits;
  #parser: Parser | undefined;
  #id = '';
  #headerSent = false;
  #waiting: XmlElement[] = [];
  #busy = false;
  #closed = false;

  constructor(link: ServerLink, settings: StreamSettings, receiver: StreamReceiver) {
    this.link = link;
    this.#settings = settings;
    this.#receiver = receiver;
    const { limits } = settings;
    this.#limits = { ...limits, maxStanzaBytes: Math.min(limits.maxStanzaBytes, limits.maxStanzaBytesBeforeLogin) };
  }

  /** The id of the current stream. */
  get id(): string {
    return this.#id;
  }

  get closed(): boolean {
    return this.#closed;
  }

  start(): void {
    this.restart();
    this.link.listen({
      data: (chunk) => this.#parser?.write(chunk),
      drain: () => {},
      close: () => this.#finish(),
    });
  }

  /** Waits for a new stream header; what was sent before it and not handled is dropped. */
  restart(): void {
    this.#parser?.stop();
    this.#waiting = [];
    this.#headerSent = false;
    this.#id = this.#settings.newId();
    this.#parser = streamFraming.createParser(
      {
        streamStart: (header) => this.#receiver.header(header),
        element: (element) => {
          this.#waiting.push(element);
          this.#run();
        },
        streamEnd: () => this.close(),
        error: (error) => this.fail(error.condition, error.message),
      },
      this.#limits,
    );
  }

  /** The peer has proved who it is: the wider limits hold. */
  trust(): void {
    this.#limits = this.#settings.limits;
    this.#parser?.setLimits(this.#limits);
  }

  /** Stops reading until `restart()`: whatever comes in the same breath is not heard. */
  deafen(): void {
    this.#parser?.stop();
    this.#waiting = [];
  }

  sendHeader(contentNamespace: string, version: string | undefined, from = this.#settings.domain): void {
    this.#headerSent = true;
    const attributes = { from, id: this.#id, version, 'xml:lang': version && 'en' };
    const text = Object.entries(attributes).map(([name, value]) => (value ? ` ${name}='${escapeXml(value)}'` : ''));
    this.write(
      `<?xml version='1.0'?><stream:stream xmlns='${contentNamespace}' xmlns:stream='${NS_STREAM}'${text.join('')}>`,
    );
  }

  send(element: XmlElement): void {
    const { implicitNamespace, prefixes } = streamFraming;
    this.write(serialize(element, { parentNamespace: implicitNamespace, prefixes }));
  }

  write(text: string): void {
    if (this.#closed) return;
    const roomLeft = this.link.write(text);
    if (!roomLeft && this.link.buffered > this.#settings.maxBacklogBytes) this.drop();
  }

  /** Ends it with a stream error (RFC 6120 §4.9). */
  fail(condition: StreamErrorCondition, text?: string, application?: XmlElement): void {
    if (this.#closed) return;
    if (!this.#headerSent) this.sendHeader(NS_CLIENT, '1.0');
    const error = new XmlElement('error', NS_STREAM).append(new XmlElement(condition, NS_STREAM_ERRORS));
    if (text) error.append(new XmlElement('text', NS_STREAM_ERRORS, { 'xml:lang': 'en' }).append(text));
    if (application) error.append(application);
    this.send(error);
    this.close();
  }

  /** Ends it as both sides do when all is well. */
  close(): void {
    if (this.#closed) return;
    if (this.#headerSent) this.write('</stream:stream>');
    this.link.end();
    this.#finish(true);
  }

  drop(): void {
    this.link.destroy();
    this.#finish();
  }

  #run(): void {
    while (!this.#busy && !this.#closed) {
      const element = this.#waiting.shift();
      if (!element) return;
      const done = this.#handle(element);
      if (!done) continue;
      this.#busy = true;
      done
        .catch((error: unknown) => this.#broken(error))
        .then(() => {
          this.#busy = false;
          this.#run();
        });
    }
  }

  #handle(element: XmlElement): undefined | Promise<void> {
    try {
      return this.#receiver.element(element);
    } catch (error) {
      this.#broken(error);
      return undefined;
    }
  }

  #broken(error: unknown): void {
    this.fail('internal-server-error', error instanceof Error ? error.message : undefined);
  }

  #finish(ended = false): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parser?.stop();
    this.#receiver.closed(this, ended);
  }
}
