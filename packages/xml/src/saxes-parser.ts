import type { Utf8Text } from './byte-scanner.js';
import { CountedText } from './counted-text.js';
import { skipDeclaration } from './declaration.js';
import type { XmlElement } from './element.js';
import { lightSaxes, type Saxes } from './light-saxes.js';
import type { Limits } from './limits.js';
import type { Parser, ParserEvents, ParserFactory, StreamHeader } from './parser.js';
import { PlainReader } from './plain-reader.js';
import { checkReference } from './reference.js';
import { CDATA, commonLength, indexOfMarkup, isNameChar, isSpace, skipSpace } from './scan.js';
import { freshOrigin, TreeBuilder } from './tree-builder.js';
import { Utf8Decoder, utf8Length } from './utf8.js';
import { type XmlCondition, XmlStreamError } from './xml-error.js';

/** Thrown to get out of the tokenizer once nothing more is to be told. */
const ENOUGH = Symbol('enough');

/** How many bytes of an unfinished element are kept back to be read in one go with what comes next. */
const MOST_KEPT = 8_192;

/**
 * A stream parser (RFC 6120 §11) on saxes. saxes reads tags and text; what it would let through, report late or
 * buffer without end is found here, before it sees it. Elements that are whole and hold nothing unusual, which is nearly all
 * of them, are read by a `PlainReader` and never come to saxes. All outcomes depend on the bytes alone, never on how they were
 * cut: an error counts as found behind the character that shows it, and the byte limit is compared at that place.
 */
export class SaxesStreamParser implements Parser {
  readonly #events: ParserEvents;
  #tokenizer: Saxes | undefined;
  readonly #decoder = new Utf8Decoder();
  readonly #tree: TreeBuilder;
  readonly #plain = new PlainReader();
  readonly #document: boolean;
  #limits: Limits;

  #stopped = false;
  /** By `stop()`, behind the header. */
  #halted = false;
  #leftover = false;
  #writing = false;
  /** While a method of `events` runs: what it throws is its caller's business. */
  #calling = false;
  #queue: (Uint8Array | string)[] = [];

  /** An XML declaration can still come. */
  #atStart = true;
  /** Outside of all first-level elements and of the header: white space, then a tag, and nothing else. */
  #between = true;
  /** Inside a CDATA section, where no character has a meaning. */
  #inCdata = false;
  /** The end of the last chunk, kept back until it shows what it is; ASCII only. */
  #held = '';
  /** The same between elements: the beginning of one, up to the end of the last chunk. */
  #kept: Utf8Text | undefined;
  /** Bytes of a start tag's name that is not complete; -1 where there is none. */
  #openName = -1;

  /** What is being parsed: what was held, and the chunk. */
  readonly #chunk = new CountedText();
  /** Bytes of the current first-level element before `#chunk`; negative where it starts inside. */
  #bytesBefore = 0;
  /** Characters that saxes has been given, and the difference between its count and places in `#chunk`. */
  #fed = 0;
  #shift = 0;
  /** Where the run that saxes works on begins. */
  #runFrom = 0;

  /**
   * A first-level element, or the root, whose end tag has been seen. saxes reports the end of an element before it
   * compares the names, so that it is only true with the next thing that happens.
   */
  #closed: XmlElement | undefined;
  #closedAt = 0;

  constructor(events: ParserEvents, limits: Limits, document: boolean) {
    this.#events = events;
    this.#limits = limits;
    this.#document = document;
    const refuse = (condition: XmlCondition, message: string, limit?: keyof Limits) =>
      this.#fail(condition, message, this.#position(), limit);
    this.#tree = new TreeBuilder(refuse, limits, document);
  }

  /** Made when the first text comes to it: of a frame that holds one plain element, none ever does. */
  get #saxes(): Saxes {
    this.#tokenizer ??= this.#makeSaxes();
    return this.#tokenizer;
  }

  #makeSaxes(): Saxes {
    const tree = this.#tree;
    const saxes = lightSaxes((name, value) => {
      tree.attribute(name, value);
    });
    saxes.on('opentagstart', (tag) => {
      if (this.#closed !== undefined) this.#settle();
      tree.startTag(tag.name);
    });
    saxes.on('opentag', (tag) => {
      const header = tree.open(tag.name);
      if (header !== undefined) this.#header(header, tag.isSelfClosing);
    });
    saxes.on('closetag', () => {
      if (this.#closed !== undefined) this.#settle();
      const element = tree.close();
      if (tree.depth <= 1) {
        this.#closed = element;
        this.#closedAt = this.#position();
      }
    });
    saxes.on('text', (text) => {
      tree.text(text);
    });
    saxes.on('cdata', (text) => {
      if (text !== '') tree.text(text);
    });
    saxes.on('error', (error) => {
      this.#malformed(error.message);
    });
    return saxes;
  }

  get idle(): boolean {
    return (
      this.#between &&
      this.#kept === undefined &&
      this.#tree.depth === 1 &&
      !this.#decoder.pending &&
      this.#queue.length === 0 &&
      skipSpace(this.#chunk.text, this.#closedAt) === this.#chunk.text.length
    );
  }

  setLimits(limits: Limits): void {
    this.#limits = limits;
    if (this.#between && this.#kept === undefined) this.#tree.limits = limits;
  }

  get leftover(): boolean {
    return this.#leftover;
  }

  stop(): void {
    if (this.#stopped) return;
    const idle = this.idle;
    if (!idle) this.#between = false;
    this.#stopped = true;
    this.#halted = this.#tree.depth > 0;
    this.#leftover = this.#halted && !idle;
    this.#queue = [];
  }

  write(chunk: Uint8Array | string): void {
    if (this.#stopped) {
      if (this.#halted && !this.#leftover) this.#leftover = !isSpace(chunk);
      return;
    }
    if (this.#writing) {
      this.#queue.push(chunk);
      return;
    }
    this.#writing = true;
    try {
      this.#consume(chunk);
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#consume(next);
    } catch (error) {
      this.#caught(error);
    } finally {
      this.#writing = false;
      this.#chunk.set('', 0);
      this.#closedAt = 0;
    }
  }

  #caught(error: unknown): void {
    if (error === ENOUGH) return;
    const wasStopped = this.#stopped;
    this.#stopped = true;
    if (this.#calling) throw error;
    // Only a fault of the tokenizer comes here; the stream ends on it like on any text that cannot be read.
    if (!wasStopped) this.#events.error(new XmlStreamError('not-well-formed', `unreadable XML: ${String(error)}`));
  }

  #consume(chunk: Uint8Array | string): void {
    const decoder = this.#decoder;
    const text = decoder.decode(chunk);
    if (text !== '') this.#parse({ text, bytes: decoder.bytes });
    if (decoder.invalid) {
      const [condition, what] =
        typeof chunk === 'string'
          ? (['not-well-formed', 'a lone surrogate'] as const)
          : (['unsupported-encoding', 'a byte that is not UTF-8'] as const);
      // The byte limit has had its say over what came before.
      this.#report(new XmlStreamError(condition, what));
    }
  }

  #parse(chunk: Utf8Text): void {
    const kept = this.#kept;
    if (kept !== undefined) {
      this.#parseKept(kept, chunk);
      return;
    }
    const held = this.#held;
    const text = held === '' ? chunk.text : held + chunk.text;
    this.#held = '';
    this.#take(text, chunk.bytes.length + held.length);
    let at = 0;
    if (this.#atStart) {
      at = this.#declaration();
      if (at < 0) {
        this.#held = text;
        return;
      }
      this.#atStart = false;
    }
    // A declaration is ASCII.
    if (held === '' && this.#between && this.#tree.depth === 1) this.#plainElements(chunk, at, at);
    else this.#elements(at);
  }

  #take(text: string, bytes: number): void {
    this.#chunk.set(text, bytes);
    this.#closedAt = 0;
  }

  /** By saxes, to the end of the chunk. */
  #elements(from: number, limits = this.#limits): void {
    let at = from;
    if (this.#between) {
      at = this.#next(at, limits);
      if (this.#between) return;
    }
    this.#scan(at);
    if (this.#between) return;
    this.#checkBytes(this.#chunk.text.length);
    this.#bytesBefore += this.#chunk.bytes - this.#held.length;
  }

  /** The element whose beginning was kept back, and what follows it. */
  #parseKept(kept: Utf8Text, chunk: Utf8Text): void {
    this.#kept = undefined;
    this.#take(chunk.text, chunk.bytes.length);
    const { length } = kept.bytes;
    // Joining costs, and it will not take all of the chunk.
    const joined = new Uint8Array(length + Math.min(chunk.bytes.length, MOST_KEPT));
    joined.set(kept.bytes);
    joined.set(chunk.bytes.subarray(0, MOST_KEPT), length);
    const source = { text: kept.text + chunk.text.slice(0, MOST_KEPT), bytes: joined };
    const element = this.#plain.read(source, 0, 0, this.#tree, freshOrigin());
    const { end, textEnd } = this.#plain;
    if (element !== undefined && end <= this.#tree.limits.maxStanzaBytes) {
      this.#tellElement(element, end, textEnd - kept.text.length);
      this.#plainElements(chunk, end - length, textEnd - kept.text.length);
      return;
    }
    this.#take(kept.text + chunk.text, length + chunk.bytes.length);
    this.#elements(0, this.#tree.limits);
  }

  /** Tells the elements that can be read in one go, and leaves it to saxes from the first one on that cannot. */
  #plainElements(chunk: Utf8Text, from: number, textFrom: number): void {
    const { text, bytes } = chunk;
    const tree = this.#tree;
    let textAt = skipSpace(text, textFrom);
    let at = from + textAt - textFrom;
    while (at < bytes.length && bytes[at] === 0x3c) {
      const limits = this.#limits;
      tree.limits = limits;
      if (tree.crowded) break;
      const element = this.#plain.read(chunk, at, textAt, tree, freshOrigin());
      if (element === undefined) {
        const left = bytes.length - at;
        if (!this.#plain.incomplete || left > MOST_KEPT || left > limits.maxStanzaBytes) break;
        this.#kept = { text: text.slice(textAt), bytes: bytes.slice(at) };
        return;
      }
      const { end, textEnd } = this.#plain;
      if (end - at > limits.maxStanzaBytes) break;
      // A second root is saxes' to refuse, which has to know of the first.
      if (this.#document && skipSpace(text, textEnd) < text.length) break;
      this.#tellElement(element, end - at, textEnd);
      textAt = skipSpace(text, textEnd);
      at = end + textAt - textEnd;
    }
    this.#elements(textAt);
  }

  #tellElement(element: XmlElement, bytes: number, end: number): void {
    this.#closedAt = end;
    this.#calling = true;
    this.#events.element(element, bytes);
    this.#calling = false;
    if (this.#stopped) throw ENOUGH;
  }

  #declaration(): number {
    try {
      return skipDeclaration(this.#chunk.text);
    } catch (error) {
      if (!(error instanceof XmlStreamError)) throw error;
      return this.#fail(error.condition, error.message, 0);
    }
  }

  /** Past the white space between first-level elements; begins one where its `<` is. */
  #next(from: number, limits = this.#limits): number {
    const at = skipSpace(this.#chunk.text, from);
    if (at === this.#chunk.text.length) return at;
    if (this.#chunk.text.charCodeAt(at) !== 0x3c) {
      const message = this.#tree.depth === 0 ? 'this is not XML: not an XMPP server?' : 'text outside of any element';
      this.#fail(this.#outside, message, at + 1);
    }
    this.#between = false;
    this.#openName = -1;
    this.#bytesBefore = -this.#chunk.bytesBefore(at);
    this.#tree.limits = limits;
    this.#tree.begin();
    return at;
  }

  /** What text outside of the elements is. */
  get #outside(): XmlCondition {
    return this.#tree.depth === 0 || this.#document ? 'not-well-formed' : 'bad-format';
  }

  /** Looks for what saxes must not see, natively, and gives it the rest. */
  #scan(start: number): void {
    const text = this.#chunk.text;
    let from = start;
    if (this.#inCdata) {
      from = this.#cdata(start, start);
      if (from < 0) return;
    }
    let at = from;
    let reference = text.indexOf('&', at);
    let exclamation = indexOfMarkup(text, '!', at);
    let question = indexOfMarkup(text, '?', at);
    while (reference >= 0 || exclamation >= 0) {
      if (question >= 0 && (reference < 0 || question < reference) && (exclamation < 0 || question < exclamation))
        break;
      if (reference >= 0 && (exclamation < 0 || reference < exclamation)) {
        const checked = checkReference(text, reference);
        if (checked === -1) {
          this.#hold(from, reference);
          return;
        }
        if (typeof checked !== 'number') {
          this.#run(from, reference);
          const condition = checked.restricted ? 'restricted-xml' : 'not-well-formed';
          this.#fail(condition, 'a reference to an entity that XMPP does not have, or a bare &', checked.end);
        }
        at = checked;
      } else {
        const length = commonLength(text, exclamation);
        if (exclamation + length === text.length && length < CDATA.length) {
          this.#hold(from, exclamation);
          return;
        }
        this.#run(from, exclamation);
        if (length < CDATA.length) {
          this.#fail('restricted-xml', 'a comment or DOCTYPE; XMPP forbids them', exclamation + length + 1);
        }
        if (this.#tree.depth <= 1 && this.#bytesBefore + this.#chunk.bytesBefore(exclamation) === 0) {
          this.#fail(this.#outside, 'a CDATA section outside of any element', exclamation + length);
        }
        from = this.#cdata(exclamation, exclamation + length);
        if (from < 0) return;
        at = from;
      }
      if (reference >= 0 && reference < at) reference = text.indexOf('&', at);
      if (exclamation >= 0 && exclamation < at) exclamation = indexOfMarkup(text, '!', at);
      if (question >= 0 && question < at) question = indexOfMarkup(text, '?', at);
    }
    if (question >= 0) {
      this.#run(from, question);
      this.#fail('restricted-xml', 'a processing instruction; XMPP forbids them', question + 2);
    }
    if (text.charCodeAt(text.length - 1) === 0x3c) this.#hold(from, text.length - 1);
    else this.#run(from, text.length);
  }

  /** Gives saxes a CDATA section whose content goes on at `at`; gives the end of it, or -1 where it goes on. */
  #cdata(from: number, at: number): number {
    const text = this.#chunk.text;
    const close = text.indexOf(']]>', at);
    this.#inCdata = close < 0;
    this.#openName = -1;
    if (close >= 0) {
      this.#run(from, close + 3, true);
      return close + 3;
    }
    let end = text.length;
    while (end > at && end > text.length - 2 && text.charCodeAt(end - 1) === 0x5d) end--;
    this.#run(from, end, true);
    this.#held = text.slice(end);
    return -1;
  }

  #hold(from: number, at: number): void {
    this.#run(from, at);
    this.#held = this.#chunk.text.slice(at);
  }

  #run(from: number, to: number, cdata = false): void {
    if (to <= from) return;
    const text = this.#chunk.text;
    this.#shift = this.#fed - from;
    this.#fed += to - from;
    this.#runFrom = cdata ? to : from;
    this.#saxes.write(from === 0 && to === text.length ? text : text.slice(from, to));
    if (this.#closed !== undefined) this.#settle();
    if (!this.#between && !cdata) this.#openName = this.#checkName(to);
  }

  /** Bytes of the unfinished name of a start tag that ends at `end`, -1 where there is none. */
  #checkName(end: number): number {
    const text = this.#chunk.text;
    if (end > this.#runFrom && text.charCodeAt(end - 1) === 0x0d) {
      // saxes keeps it for the next chunk: what ended with it has not been looked at.
      this.#checkName(end - 1);
      return -1;
    }
    let at = end;
    while (at > this.#runFrom && isNameChar(text.charCodeAt(at - 1))) at--;
    let bytes = 0;
    if (at === this.#runFrom) {
      if (this.#openName < 0) return -1;
      bytes = this.#openName;
    } else if (text.charCodeAt(at - 1) !== 0x3c) return -1;
    const limit = this.#limitsNow.maxNameBytes;
    if (bytes + utf8Length(text, at, end) <= limit) return bytes + utf8Length(text, at, end);
    while (bytes <= limit) {
      const size = text.charCodeAt(at) >= 0xd800 && text.charCodeAt(at) <= 0xdbff ? 2 : 1;
      bytes += utf8Length(text, at, at + size);
      at += size;
    }
    return this.#fail('policy-violation', `a name of more than limits.maxNameBytes (${limit})`, at, 'maxNameBytes');
  }

  get #limitsNow(): Limits {
    return this.#tree.limits;
  }

  #malformed(message: string): void {
    const at = this.#position();
    if (this.#closed !== undefined && this.#closedAt === at) this.#closed = undefined;
    if (this.#closed !== undefined) this.#settle();
    if (!this.#between && at - 1 > this.#runFrom) this.#checkName(at - 1);
    this.#fail('not-well-formed', `not well-formed: ${message}`, at);
  }

  #header(header: StreamHeader, selfClosing: boolean): void {
    const at = this.#position();
    this.#checkBytes(at);
    // What follows a header that is its own end is the end.
    this.#between = !selfClosing;
    this.#closedAt = at;
    this.#calling = true;
    this.#events.streamStart(header);
    this.#calling = false;
    if (this.#stopped) throw ENOUGH;
    if (!selfClosing) this.#next(at);
  }

  /** The end tag that was seen was the right one. */
  #settle(): void {
    const element = this.#closed as XmlElement;
    const at = this.#closedAt;
    this.#closed = undefined;
    this.#checkBytes(at);
    if (this.#tree.depth === 0) {
      this.#stopped = true;
      this.#calling = true;
      this.#events.streamEnd();
      this.#calling = false;
      throw ENOUGH;
    }
    this.#between = true;
    this.#tellElement(element, this.#bytesBefore + this.#chunk.bytesBefore(at), at);
    this.#next(at);
  }

  /** Where saxes stands, in `#chunk`. */
  #position(): number {
    return this.#saxes.position - this.#shift;
  }

  #tooLarge(at: number): boolean {
    return !this.#between && this.#bytesBefore + this.#chunk.bytesBefore(at) > this.#limitsNow.maxStanzaBytes;
  }

  #checkBytes(at: number): void {
    if (this.#tooLarge(at)) this.#report(this.#tooLargeError());
  }

  #tooLargeError(): XmlStreamError {
    const limit = this.#limitsNow.maxStanzaBytes;
    return new XmlStreamError(
      'policy-violation',
      `a stanza of more than ${limit} bytes (limits.maxStanzaBytes)`,
      'maxStanzaBytes',
    );
  }

  /** Ends everything with an error that was found behind the character before `at`. */
  #fail(condition: XmlCondition, message: string, at: number, limit?: keyof Limits): never {
    this.#report(this.#tooLarge(at) ? this.#tooLargeError() : new XmlStreamError(condition, message, limit));
  }

  #report(error: XmlStreamError): never {
    this.#stopped = true;
    this.#queue = [];
    this.#calling = true;
    this.#events.error(error);
    this.#calling = false;
    throw ENOUGH;
  }
}

/** Makes parsers for streams (RFC 6120 §4) on saxes. `limits.maxStanzaBytes` is the one that holds; before login pass tighter ones. */
export const createSaxesParser: ParserFactory = (events, limits) => new SaxesStreamParser(events, limits, false);
