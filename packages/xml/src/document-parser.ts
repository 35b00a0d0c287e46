import type { XmlElement } from './element.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { Origin } from './origin.js';
import { PlainReader } from './plain-reader.js';
import { readDocument } from './read-document.js';
import { skipSpace } from './scan.js';
import { aroundDocument } from './surroundings.js';
import { AsciiDecoder, NO_TEXT } from './utf8-text.js';
import type { XmlCondition } from './xml-error.js';

/** To ask for memory for each text takes several times as long as to write it. */
const ROOM = 4_096;

/** What a document is held against and stands in. */
interface DocumentOptions {
  /** The root counts as a first-level element. Default `DEFAULT_LIMITS`. */
  readonly limits?: Limits | undefined;
  /** The namespace of a root that declares none. Default: none. */
  readonly namespace?: string | undefined;
  /** The language of a root without `xml:lang`, as `Origin.lang` gives it. Default: none. */
  readonly lang?: string | undefined;
  /** Whether the root is an answer that was asked for, as `ParserEvents` has it. Default: it is not. */
  readonly awaited?: ((root: XmlElement) => boolean) | undefined;
  /** The condition of what is wrong only in that it is not exactly one element. Default `not-well-formed`. */
  readonly notOne?: XmlCondition | undefined;
}

/**
 * A parser of documents, each one element with any root, to be used again and again: a frame of RFC 7395, a stanza in a store.
 * What it remembers from one document to the next are names, so that they need not be made anew; nothing that one document says
 * changes what another one is read as.
 */
export class DocumentParser {
  readonly #plain = new PlainReader();
  readonly #encoder = new TextEncoder();
  readonly #decoder = new AsciiDecoder();
  #options: DocumentOptions;
  #around: ReturnType<typeof aroundDocument>;
  #bytes = 0;
  /** Where the next texts are written, one behind the other: an element that nobody has looked into holds on to its part. */
  #room: Uint8Array | undefined;

  constructor(options: DocumentOptions = {}) {
    this.#options = options;
    this.#around = around(options);
  }

  /** Takes other options from the next document on; those that are left out stay. */
  set(options: DocumentOptions): void {
    this.#options = { ...this.#options, ...options };
    this.#around = around(this.#options);
  }

  /** Bytes of the document that was parsed last, in UTF-8. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws XmlStreamError for everything that is not exactly one element in the XML that XMPP allows (RFC 6120 §11). */
  parse(text: string): XmlElement {
    return this.#parsePlain(text) ?? this.#parseAny(text);
  }

  /** The root, where it is an element as nearly all are. */
  #parsePlain(text: string): XmlElement | undefined {
    const bytes = this.#encode(text);
    this.#bytes = bytes.length;
    const isAscii = bytes.length === text.length;
    if (!isAscii && /\p{Surrogate}/u.test(text)) return undefined;
    const at = skipSpace(text, 0);
    if (text.charCodeAt(at) !== 0x3c) return undefined;
    const source = { ascii: isAscii ? text : this.#decoder.decode(bytes), bytes };
    const element = this.#plain.read(source, at, this.#around, new Origin(this.#options.lang));
    const { end } = this.#plain;
    const fits = end - at <= this.#around.limits.maxStanzaBytes && skipSpace(source.ascii, end) === bytes.length;
    return fits ? element : undefined;
  }

  #encode(text: string): Uint8Array {
    const encoder = this.#encoder;
    const most = 3 * text.length;
    let room = this.#room;
    if (room === undefined || most > ROOM) {
      // Most parsers are used once.
      this.#room ??= NO_TEXT.bytes;
      return encoder.encode(text);
    }
    if (most > room.length) room = new Uint8Array(ROOM);
    const { written } = encoder.encodeInto(text, room);
    this.#room = room.subarray(written);
    return room.subarray(0, written);
  }

  #parseAny(text: string): XmlElement {
    const { namespace = '', lang, awaited = () => false, notOne = 'not-well-formed' } = this.#options;
    return readDocument(text, this.#around.limits, { namespace, lang, notOne }, awaited);
  }
}

function around({ namespace = '', limits = DEFAULT_LIMITS }: DocumentOptions): ReturnType<typeof aroundDocument> {
  return aroundDocument(namespace, limits);
}

/**
 * Parses one element with any root; see `DocumentParser`, which is the one to take for many.
 * @throws XmlStreamError for everything that is not exactly one element in the XML that XMPP allows (RFC 6120 §11).
 */
export function parseDocument(text: string, options?: DocumentOptions): XmlElement {
  return new DocumentParser(options).parse(text);
}
