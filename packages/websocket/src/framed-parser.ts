import { XmlElement, XmlStreamError } from '@sestina/core';
import {
  DocumentParser,
  type Limits,
  NS_STREAM,
  NS_STREAM_ERRORS,
  type Parser,
  type ParserEvents,
  type XmlCondition,
} from '@sestina/core/transport';

/** The namespace of `<open/>` and `<close/>` (RFC 7395 §5.2). */
export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';

/**
 * A parser of frames (RFC 7395 §3.3.3): each call of `write` is one WebSocket message, and has to be one element that
 * declares its own namespaces. Text messages are strings; bytes are a binary message, which is refused (§3.2).
 */
export class FramedParser implements Parser {
  readonly #events: ParserEvents;
  readonly #document: DocumentParser;
  #opened = false;
  #stopped = false;
  #over = false;
  #leftover = false;

  constructor(events: ParserEvents, limits: Limits) {
    this.#events = events;
    this.#document = new DocumentParser({
      limits,
      notOne: 'bad-format',
      awaited: (root) => this.#opened && (events.awaited?.(root) ?? false),
    });
  }

  /** A frame is all there, or not there at all. */
  get idle(): boolean {
    return true;
  }

  get leftover(): boolean {
    return this.#leftover;
  }

  setLimits(limits: Limits): void {
    this.#document.set({ limits });
  }

  stop(): void {
    this.#stopped = true;
  }

  write(chunk: Uint8Array | string): void {
    if (this.#over) return;
    if (this.#stopped) {
      this.#leftover ||= this.#opened;
      return;
    }
    if (typeof chunk !== 'string') {
      this.#fail('bad-format', 'a binary message; XMPP uses text');
      return;
    }
    let root: XmlElement;
    try {
      root = this.#parse(chunk);
    } catch (error) {
      this.#error(error instanceof XmlStreamError ? error : new XmlStreamError('not-well-formed', String(error)));
      return;
    }
    this.#tell(root);
  }

  #tell(root: XmlElement): void {
    const { bytes } = this.#document;
    const { name, namespace } = root;
    if (namespace === NS_STREAM && name === 'stream') {
      this.#fail('bad-format', '<stream:stream> in place of <open/>');
    } else if (namespace === NS_FRAMING && name === 'close') {
      this.#over = true;
      const uri = root.attribute('see-other-uri')?.trim();
      if (uri) this.#events.element(redirectTo(uri), bytes);
      else this.#events.streamEnd();
    } else if (this.#opened) {
      if (namespace === NS_FRAMING) this.#fail('bad-format', `<${name}/> where a stanza was expected`);
      else if (namespace === '') this.#fail('invalid-namespace', 'an element without a namespace');
      else this.#events.element(root, bytes);
    } else if (namespace === NS_STREAM && name === 'error') {
      // Against §3.5, but what it says is more than that it came too early.
      this.#events.element(root, bytes);
    } else {
      this.#opened = true;
      // RFC 6120 §8.1.5: the language of what does not say its own.
      this.#document.set({ lang: root.lang });
      this.#events.streamStart({
        name,
        namespace,
        contentNamespace: namespace,
        to: root.attribute('to'),
        from: root.attribute('from'),
        id: root.attribute('id'),
        version: root.attribute('version'),
        lang: root.lang,
      });
    }
  }

  #parse(frame: string): XmlElement {
    if (frame.charCodeAt(0) !== 0x3c) {
      throw new XmlStreamError('bad-format', 'a message that does not begin with <');
    }
    return this.#document.parse(frame);
  }

  #fail(condition: XmlCondition, message: string): void {
    this.#error(new XmlStreamError(condition, message));
  }

  #error(error: XmlStreamError): void {
    this.#over = true;
    this.#events.error(error);
  }
}

/** What RFC 6120 §4.9.3.19 has for it, so that the rules for redirects are the same on every transport. */
function redirectTo(uri: string): XmlElement {
  return new XmlElement('error', NS_STREAM).append(new XmlElement('see-other-host', NS_STREAM_ERRORS).append(uri));
}
