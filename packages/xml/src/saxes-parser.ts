import { ByteLimit } from './byte-limit.js';
import { skipDeclaration } from './declaration.js';
import type { XmlElement } from './element.js';
import { GuardedSaxes, type SaxesOwner } from './guarded-saxes.js';
import type { Limits } from './limits.js';
import type { Parser, ParserEvents, ParserFactory, StreamHeader } from './parser.js';
import { PlainReader } from './plain-reader.js';
import { isSpace, skipSpace, skipSpaceBytes } from './scan.js';
import { TreeBuilder } from './tree-builder.js';
import { Utf8Decoder } from './utf8.js';
import { AsciiDecoder, NO_TEXT, type Utf8Text } from './utf8-text.js';
import { type XmlCondition, XmlStreamError } from './xml-error.js';

/** Thrown to get out of the tokenizer once nothing more is to be told. */
const ENOUGH = Symbol('enough');

/** How many bytes of an unfinished element are kept back to be read in one go with what comes next. */
const MOST_KEPT = 8_192;
/** How many bytes of what comes next are taken at first. */
const OFTEN_ENOUGH = 512;

/** What makes elements of text: saxes, or what is compared with it. */
export type Tokens = Pick<GuardedSaxes, keyof GuardedSaxes>;

/** How a parser is made, other than usual. */
interface SaxesParserParts {
  /** Reads plain elements, also for others. */
  readonly plain?: PlainReader;
  readonly tokens?: (owner: SaxesOwner, tree: TreeBuilder, bytes: ByteLimit) => Tokens;
}

/**
 * A stream parser (RFC 6120 §11) on saxes. saxes reads tags and text; what it would let through, report late or
 * buffer without end is found before it sees it, by `GuardedSaxes`. Elements that are whole and hold nothing unusual, which is
 * nearly all of them, are read by a `PlainReader` and never come to saxes. All outcomes depend on the bytes alone, never on how
 * they were cut: an error counts as found behind the character that shows it, and the byte limit is compared at that place.
 */
export class SaxesStreamParser implements Parser {
  readonly #events: ParserEvents;
  readonly #decoder = new Utf8Decoder();
  readonly #ascii = new AsciiDecoder();
  readonly #tree: TreeBuilder;
  readonly #plain: PlainReader;
  readonly #tokens: Tokens;
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
  /** The beginning of an element between elements, up to the end of the last chunk. */
  #kept: Uint8Array | undefined;
  /** The chunk whose elements are read in one go. */
  #plainChunk = NO_TEXT.bytes;

  /** What saxes parses, what was held back and the chunk; and the bytes of the first-level element in it. */
  readonly #bytes: ByteLimit;
  /** Behind what was told last, in the one or the other. */
  #toldTo = 0;

  constructor(events: ParserEvents, limits: Limits, { plain, tokens }: SaxesParserParts = {}) {
    this.#events = events;
    this.#limits = limits;
    this.#plain = plain ?? new PlainReader();
    const refuse = (condition: XmlCondition, message: string, limit?: keyof Limits) =>
      this.#fail(condition, message, this.#tokens.position, limit);
    const owner = {
      refuse,
      awaited: (element: XmlElement) => events.awaited?.(element) ?? false,
      // A start tag that is too large is so before anybody can say what it is.
      started: () => this.#checkBytes(this.#tokens.position),
    };
    this.#tree = new TreeBuilder(owner, limits, undefined);
    this.#bytes = new ByteLimit(this.#tree);
    const { chunk } = this.#bytes;
    const guarded = this.#owner();
    this.#tokens = tokens?.(guarded, this.#tree, this.#bytes) ?? new GuardedSaxes(guarded, this.#tree, chunk);
  }

  #owner(): SaxesOwner {
    return {
      between: () => this.#bytes.between,
      outside: () => this.#outside,
      startsAt: (at) => this.#bytes.bytesTo(at) === 0,
      header: (header, at, selfClosing) => this.#header(header, at, selfClosing),
      complete: (element, at) => this.#complete(element, at),
      fail: (condition, message, at, limit) => this.#fail(condition, message, at, limit),
    };
  }

  get idle(): boolean {
    return (
      this.#bytes.between &&
      this.#kept === undefined &&
      this.#tree.depth === 1 &&
      !this.#decoder.pending &&
      this.#queue.length === 0 &&
      skipSpace(this.#bytes.chunk.text, this.#toldTo) >= this.#bytes.chunk.text.length &&
      skipSpaceBytes(this.#plainChunk, this.#toldTo) >= this.#plainChunk.length
    );
  }

  setLimits(limits: Limits): void {
    this.#limits = limits;
    if (this.#bytes.between && this.#kept === undefined) this.#tree.limits = limits;
  }

  get leftover(): boolean {
    return this.#leftover;
  }

  stop(): void {
    if (this.#stopped) return;
    const idle = this.idle;
    if (!idle) this.#bytes.between = false;
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
      this.#take('', 0, NO_TEXT.bytes);
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
    const bytes = typeof chunk === 'string' ? decoder.encode(chunk) : chunk;
    if (bytes.length > 0) this.#parse(bytes);
    if (decoder.invalid) {
      const [condition, what] =
        typeof chunk === 'string'
          ? (['not-well-formed', 'a lone surrogate'] as const)
          : (['unsupported-encoding', 'a byte that is not UTF-8'] as const);
      // The byte limit has had its say over what came before.
      this.#report(new XmlStreamError(condition, what));
    }
  }

  #parse(bytes: Uint8Array): void {
    const between = this.#bytes.between && this.#tree.depth === 1 && this.#tokens.heldLength === 0;
    if (this.#kept !== undefined) this.#parseKept(this.#kept, bytes);
    else if (between && !this.#decoder.pending) this.#plainElements(bytes, 0);
    else this.#parseText(bytes);
  }

  /** What is not, or not yet, elements that can be read in one go. */
  #parseText(bytes: Uint8Array, limits = this.#limits): void {
    const decoded = this.#decoder.decode(bytes);
    if (decoded === '') return;
    const held = this.#tokens.takeHeld();
    const text = held === '' ? decoded : held + decoded;
    this.#take(text, this.#decoder.bytes.length + held.length, NO_TEXT.bytes);
    let at = 0;
    if (this.#atStart) {
      at = this.#declaration();
      if (at < 0) {
        this.#tokens.hold(text);
        return;
      }
      this.#atStart = false;
    }
    this.#elements(at, limits);
  }

  #take(text: string, bytes: number, plain: Uint8Array): void {
    this.#bytes.chunk.set(text, bytes);
    this.#plainChunk = plain;
    this.#toldTo = 0;
  }

  /** By saxes, to the end of the chunk. */
  #elements(from: number, limits: Limits): void {
    let at = from;
    if (this.#bytes.between) {
      at = this.#next(at, limits);
      if (this.#bytes.between) return;
    }
    this.#tokens.scan(at);
    if (this.#bytes.between) return;
    // What is held back may be wrong in its first character: the limit has its say when that is known.
    const { heldLength } = this.#tokens;
    this.#checkBytes(this.#bytes.chunk.text.length - heldLength);
    this.#bytes.before += this.#bytes.chunk.bytes - heldLength;
  }

  /** The element whose beginning was kept back, and what follows it. */
  #parseKept(kept: Uint8Array, chunk: Uint8Array): void {
    this.#kept = undefined;
    const { length } = kept;
    // Joining costs, and it will not take all of the chunk.
    let element = this.#readJoined(kept, chunk, OFTEN_ENOUGH);
    if (this.#plain.incomplete && chunk.length > OFTEN_ENOUGH) element = this.#readJoined(kept, chunk, MOST_KEPT);
    const { end } = this.#plain;
    if (element !== undefined && end <= this.#tree.limits.maxStanzaBytes) {
      this.#take('', 0, chunk);
      this.#tellElement(element, end, end - length);
      this.#plainElements(chunk, end - length);
      return;
    }
    this.#parseText(joined(kept, chunk), this.#tree.limits);
  }

  /** Tells the elements that can be read in one go, and leaves it to saxes from the first one on that cannot. */
  #plainElements(chunk: Uint8Array, from: number): void {
    const tree = this.#tree;
    this.#take('', 0, chunk);
    let source = NO_TEXT;
    let at = skipSpaceBytes(chunk, from);
    while (at < chunk.length && chunk[at] === 0x3c) {
      const limits = this.#limits;
      tree.limits = limits;
      if (tree.crowded) break;
      if (source === NO_TEXT) source = this.#withText(chunk);
      const element = this.#plain.read(source, at, tree, tree.freshOrigin());
      if (element === undefined) {
        const left = chunk.length - at;
        if (!this.#plain.incomplete || left > MOST_KEPT || left > limits.maxStanzaBytes) break;
        this.#kept = chunk.slice(at);
        return;
      }
      const { end } = this.#plain;
      if (end - at > limits.maxStanzaBytes) break;
      this.#tellElement(element, end - at, end);
      at = skipSpaceBytes(chunk, end);
    }
    if (at < chunk.length) this.#parseText(chunk.subarray(at));
  }

  #readJoined(kept: Uint8Array, chunk: Uint8Array, most: number): XmlElement | undefined {
    const source = this.#withText(joined(kept, chunk.subarray(0, most)));
    return this.#plain.read(source, 0, this.#tree, this.#tree.freshOrigin());
  }

  #withText(bytes: Uint8Array): Utf8Text {
    return { ascii: this.#ascii.decode(bytes), bytes };
  }

  #tellElement(element: XmlElement, bytes: number, end: number): void {
    this.#toldTo = end;
    this.#calling = true;
    this.#events.element(element, bytes);
    this.#calling = false;
    if (this.#stopped) throw ENOUGH;
  }

  #declaration(): number {
    try {
      return skipDeclaration(this.#bytes.chunk.text);
    } catch (error) {
      if (!(error instanceof XmlStreamError)) throw error;
      return this.#fail(error.condition, error.message, 0);
    }
  }

  /** Past the white space between first-level elements; begins one where its `<` is. */
  #next(from: number, limits = this.#limits): number {
    const at = skipSpace(this.#bytes.chunk.text, from);
    if (at === this.#bytes.chunk.text.length) return at;
    if (this.#bytes.chunk.text.charCodeAt(at) !== 0x3c) {
      const message = this.#tree.depth === 0 ? 'this is not XML: not an XMPP server?' : 'text outside of any element';
      this.#fail(this.#outside, message, at + 1);
    }
    this.#bytes.begin(at);
    this.#tokens.begin();
    this.#tree.limits = limits;
    this.#tree.begin();
    return at;
  }

  /** What text outside of the elements is. */
  get #outside(): XmlCondition {
    return this.#tree.depth === 0 ? 'not-well-formed' : 'bad-format';
  }

  #header(header: StreamHeader, at: number, selfClosing: boolean): void {
    this.#checkBytes(at);
    // What follows a header that is its own end is the end.
    this.#bytes.between = !selfClosing;
    this.#toldTo = at;
    this.#calling = true;
    this.#events.streamStart(header);
    this.#calling = false;
    if (this.#stopped) throw ENOUGH;
    if (!selfClosing) this.#next(at);
  }

  #complete(element: XmlElement, at: number): void {
    this.#checkBytes(at, this.#tree.depth === 0 ? undefined : element);
    if (this.#tree.depth === 0) {
      this.#stopped = true;
      this.#calling = true;
      this.#events.streamEnd();
      this.#calling = false;
      throw ENOUGH;
    }
    this.#bytes.between = true;
    this.#tellElement(element, this.#bytes.bytesTo(at), at);
    this.#next(at);
  }

  #checkBytes(at: number, element?: XmlElement): void {
    const error = this.#bytes.exceededAt(at, element);
    if (error) this.#report(error);
  }

  /** Ends everything with an error that was found behind the character before `at`. */
  #fail(condition: XmlCondition, message: string, at: number, limit?: keyof Limits): never {
    this.#report(this.#bytes.errorAt(at, condition, message, limit));
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

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** Makes parsers for streams (RFC 6120 §4) on saxes. `limits.maxStanzaBytes` is the one that holds; before login pass tighter ones. */
export const createSaxesParser: ParserFactory = (events, limits) => new SaxesStreamParser(events, limits);
