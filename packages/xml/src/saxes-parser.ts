import { ByteLimit } from './byte-limit.js';
import type { Utf8Text } from './byte-scanner.js';
import { skipDeclaration } from './declaration.js';
import type { XmlElement } from './element.js';
import { GuardedSaxes, type SaxesOwner } from './guarded-saxes.js';
import type { Limits } from './limits.js';
import type { Parser, ParserEvents, ParserFactory, StreamHeader } from './parser.js';
import { PlainReader } from './plain-reader.js';
import { isSpace, skipSpace } from './scan.js';
import { TreeBuilder } from './tree-builder.js';
import { Utf8Decoder } from './utf8.js';
import { type XmlCondition, XmlStreamError } from './xml-error.js';

/** Thrown to get out of the tokenizer once nothing more is to be told. */
const ENOUGH = Symbol('enough');

/** How many bytes of an unfinished element are kept back to be read in one go with what comes next. */
const MOST_KEPT = 8_192;

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
  #kept: Utf8Text | undefined;

  /** What is being parsed, what was held back and the chunk; and the bytes of the first-level element in it. */
  readonly #bytes: ByteLimit;
  /** Behind what was told last, in it. */
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
      skipSpace(this.#bytes.chunk.text, this.#toldTo) === this.#bytes.chunk.text.length
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
      this.#take('', 0);
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
    const held = this.#tokens.takeHeld();
    const text = held === '' ? chunk.text : held + chunk.text;
    this.#take(text, chunk.bytes.length + held.length);
    let at = 0;
    if (this.#atStart) {
      at = this.#declaration();
      if (at < 0) {
        this.#tokens.hold(text);
        return;
      }
      this.#atStart = false;
    }
    // A declaration is ASCII.
    if (held === '' && this.#bytes.between && this.#tree.depth === 1) this.#plainElements(chunk, at, at);
    else this.#elements(at);
  }

  #take(text: string, bytes: number): void {
    this.#bytes.chunk.set(text, bytes);
    this.#toldTo = 0;
  }

  /** By saxes, to the end of the chunk. */
  #elements(from: number, limits = this.#limits): void {
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
  #parseKept(kept: Utf8Text, chunk: Utf8Text): void {
    this.#kept = undefined;
    this.#take(chunk.text, chunk.bytes.length);
    const { length } = kept.bytes;
    // Joining costs, and it will not take all of the chunk.
    const joined = new Uint8Array(length + Math.min(chunk.bytes.length, MOST_KEPT));
    joined.set(kept.bytes);
    joined.set(chunk.bytes.subarray(0, MOST_KEPT), length);
    const source = { text: kept.text + chunk.text.slice(0, MOST_KEPT), bytes: joined };
    const element = this.#plain.read(source, 0, 0, this.#tree, this.#tree.freshOrigin());
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
      const element = this.#plain.read(chunk, at, textAt, tree, tree.freshOrigin());
      if (element === undefined) {
        const left = bytes.length - at;
        if (!this.#plain.incomplete || left > MOST_KEPT || left > limits.maxStanzaBytes) break;
        this.#kept = { text: text.slice(textAt), bytes: bytes.slice(at) };
        return;
      }
      const { end, textEnd } = this.#plain;
      if (end - at > limits.maxStanzaBytes) break;
      this.#tellElement(element, end - at, textEnd);
      textAt = skipSpace(text, textEnd);
      at = end + textAt - textEnd;
    }
    this.#elements(textAt);
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

/** Makes parsers for streams (RFC 6120 §4) on saxes. `limits.maxStanzaBytes` is the one that holds; before login pass tighter ones. */
export const createSaxesParser: ParserFactory = (events, limits) => new SaxesStreamParser(events, limits);
