import { APOSTROPHE, EQUALS, GT, IN_VALUE, KINDS, QUOTE, SLASH, SPACE, START } from './byte-kinds.js';
import { ByteScanner, MOST_ATTRIBUTES } from './byte-scanner.js';
import { same } from './bytes.js';
import { type Unread, XmlElement, type XmlNode } from './element.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import { NS_CLIENT, NS_COMPONENT, NS_STREAM } from './namespaces.js';
import type { Origin } from './origin.js';
import type { OwnStrings } from './own-string.js';
import { aroundDocument, insideOf, type Surroundings } from './surroundings.js';
import { AsciiDecoder, decoded, NO_TEXT, type Utf8Text } from './utf8-text.js';

/** Deeper elements, and those with more attributes, are somebody else's: no stanza has that many. */
const DEEPEST = 64;

/** How many places for children are kept from one element to the next. */
const MOST_NODES = 64;

const XMLNS = new TextEncoder().encode('xmlns');

/** Where a part is read that was held against the limits before, and holds no prefix. */
const WITHIN_LIMITS = aroundDocument('', withoutLimits());
const WITHIN_LIMITS_OF_COMPONENT: Surroundings = {
  ...WITHIN_LIMITS,
  contentNamespace: NS_COMPONENT,
  inside: NS_CLIENT,
};

function withoutLimits(): Limits {
  const limits = { ...DEFAULT_LIMITS };
  for (const key of Object.keys(limits) as (keyof Limits)[]) limits[key] = 0x3fff_ffff;
  return limits;
}

/** What is made of a part of a stanza: all of it, its name alone, or nothing, since it is only looked at. */
type Keep = typeof ALL | typeof NAME | typeof NONE;
const NONE = 0;
const NAME = 1;
const ALL = 2;

/**
 * Reads whole elements as nearly all of them are: names in ASCII, no prefixes but those of the header, no references but the
 * five of XML, single spaces between attributes. Whatever else there is, and whatever breaks a rule or a limit, it does not read,
 * and has no opinion about: that is for the parser that knows all of XML. What it reads is what that one would read.
 *
 * It looks at bytes, which is several times as fast as looking at the characters of a string, and cuts its strings out of their text.
 * Of a child it makes the name and the namespace, by which handlers are found; what stands inside is checked, and made when
 * somebody looks at it, since of most children nobody does.
 */
export class PlainReader {
  readonly #scan = new ByteScanner();
  #source = NO_TEXT;
  #around: Surroundings = WITHIN_LIMITS;
  #origin: Origin | undefined;
  #elements = 0;
  /** There is a prefix in something that was only looked at. */
  #prefixed = false;

  /** Of the start tag that was read. */
  #tag = '';
  #tagLength = 0;
  #declared: string | undefined;
  #attributes = 0;
  #open = false;

  /** Names and values of the tag that is read; children of the elements that are open, one after the other. Used again and again. */
  readonly #slots: string[] = [];
  readonly #nodes: XmlNode[] = [];
  #nodeCount = 0;

  /** Behind the element that was read. */
  get end(): number {
    return this.#scan.at;
  }

  /** After nothing was read: whether it was fine so far, and more text may complete it. */
  get incomplete(): boolean {
    return this.#scan.incomplete;
  }

  /** The element whose `<` stands there, or undefined. */
  read(source: Utf8Text, at: number, around: Surroundings, origin: Origin): XmlElement | undefined {
    this.#prefixed = false;
    const element = this.#read(source, at, around, around.inside, origin, 1, true);
    if (element !== undefined || !this.#prefixed) return element;
    return this.#read(source, at, around, around.inside, origin, 1, false);
  }

  /** What stands there, which was found to be right before. */
  readAgain(
    source: Utf8Text,
    at: number,
    around: Surroundings,
    inherited: string,
    depth: 1 | 2,
    origin: Origin | undefined,
  ): XmlElement {
    const element = this.#read(source, at, around, inherited, origin, depth, false);
    if (element === undefined) throw new Error('a part of a stanza was written to after it had come in');
    return element;
  }

  #read(
    source: Utf8Text,
    at: number,
    around: Surroundings,
    inherited: string,
    origin: Origin | undefined,
    depth: number,
    lazy: boolean,
  ): XmlElement | undefined {
    this.#source = source;
    this.#around = around;
    this.#origin = origin;
    this.#elements = 0;
    this.#scan.start(source, at, around.limits);
    const element = this.#element(at, inherited, depth, lazy);
    // Nothing that was read is kept alive by it, except what a few elements leave in their places.
    this.#source = NO_TEXT;
    this.#scan.stop();
    this.#nodeCount = 0;
    if (this.#nodes.length > MOST_NODES) this.#nodes.length = 0;
    return element;
  }

  /** With all that it holds; where it is `lazy`, its children are filled later. */
  #element(from: number, inherited: string, depth: number, lazy: boolean): XmlElement | undefined {
    if (!this.#startTag(from, depth, ALL)) return undefined;
    const declared = this.#declared;
    const inside = declared === undefined ? inherited : insideOf(this.#around, declared);
    const tag = this.#tag;
    const colon = tag.indexOf(':');
    const name = colon < 0 ? tag : tag.slice(colon + 1);
    const namespace = colon < 0 ? inside : this.#prefixedNamespace(tag, colon);
    if (namespace === undefined || (depth === 1 && name === 'stream' && namespace === NS_STREAM)) return undefined;
    const count = this.#attributes;
    const pairs = count === 0 ? undefined : this.#slots.slice(0, 2 * count);
    if (!this.#open) return XmlElement.adopt(name, namespace, pairs, this.#origin);
    const first = this.#nodeCount;
    for (;;) {
      if (!this.#scan.textUpToTag(true)) return undefined;
      if (this.#scan.value !== '') this.#nodes[this.#nodeCount++] = this.#scan.value;
      const at = this.#scan.at;
      if (this.#scan.bytes[at + 1] === SLASH) break;
      const child = lazy ? this.#child(at, inside) : this.#element(at, inside, depth + 1, false);
      if (child === undefined) return undefined;
      this.#nodes[this.#nodeCount++] = child;
    }
    if (!this.#scan.endTag(from + 1, tag.length)) return undefined;
    const nodes = this.#nodeCount === first ? undefined : this.#nodes.slice(first, this.#nodeCount);
    this.#nodeCount = first;
    const whole = lazy && colon < 0 ? this.#part(from, inherited, 1) : undefined;
    return XmlElement.adopt(name, namespace, pairs, this.#origin, nodes, whole);
  }

  /** A child of a first-level element, to be filled when somebody looks into it; where it has a text alone, that is cut out now. */
  #child(from: number, inherited: string): XmlElement | undefined {
    if (!this.#startTag(from, 2, NAME)) return undefined;
    const tag = this.#tag;
    const namespace = this.#declared === undefined ? inherited : insideOf(this.#around, this.#declared);
    const plain = this.#attributes === 0;
    if (!this.#open) {
      if (plain) return XmlElement.adopt(tag, namespace, undefined, this.#origin);
    } else {
      if (!this.#scan.textUpToTag(plain)) return undefined;
      const text = this.#scan.value;
      if (plain && this.#scan.bytes[this.#scan.at + 1] === SLASH) {
        if (!this.#scan.endTag(from + 1, tag.length)) return undefined;
        return XmlElement.adopt(tag, namespace, undefined, this.#origin, text === '' ? undefined : [text]);
      }
      if (!this.#skipContent(from + 1, tag.length, 2)) return undefined;
    }
    return XmlElement.unread(tag, namespace, this.#part(from, inherited, 2), this.#origin);
  }

  /** What was read since then, to be read again. */
  #part(from: number, inherited: string, depth: 1 | 2): Part {
    const again = this.#around.contentNamespace === NS_COMPONENT ? WITHIN_LIMITS_OF_COMPONENT : WITHIN_LIMITS;
    return new Part(this, this.#source, from, this.#scan.at, again, inherited, depth);
  }

  /** Whether the element is right. */
  #skip(from: number, depth: number): boolean {
    if (!this.#startTag(from, depth, NONE)) return false;
    if (!this.#open) return true;
    const tagLength = this.#tagLength;
    return this.#scan.textUpToTag(false) && this.#skipContent(from + 1, tagLength, depth);
  }

  /** The same for what an element holds, from the tag on that comes next, its end tag included. */
  #skipContent(tag: number, tagLength: number, depth: number): boolean {
    while (this.#scan.bytes[this.#scan.at + 1] !== SLASH) {
      if (!this.#skip(this.#scan.at, depth + 1) || !this.#scan.textUpToTag(false)) return false;
    }
    return this.#scan.endTag(tag, tagLength);
  }

  /** The start tag whose `<` stands there. */
  #startTag(from: number, depth: number, keep: Keep): boolean {
    const { limits } = this.#around;
    const bytes = this.#scan.bytes;
    const { length } = bytes;
    if (++this.#elements > limits.maxElements || depth > limits.maxDepth || depth > DEEPEST) return false;
    if (!this.#scan.name(from + 1)) return false;
    let at = this.#scan.at;
    if (keep !== ALL && this.#scan.colon) {
      this.#prefixed = true;
      return false;
    }
    this.#tagLength = at - from - 1;
    if (keep !== NONE) this.#tag = this.#scan.string(from + 1, at);
    let count = 0;
    let declared: string | undefined;
    for (;;) {
      if (at >= length) return this.#scan.unfinished();
      let code = bytes[at];
      if (code === GT) {
        this.#open = true;
        break;
      }
      if (code === SLASH) {
        if (++at >= length) return this.#scan.unfinished();
        if (bytes[at] !== GT) return false;
        this.#open = false;
        break;
      }
      if (code !== SPACE) return false;
      if (++at >= length) return this.#scan.unfinished();
      code = bytes[at];
      if (code === GT || code === SLASH) continue;
      const name = at;
      if (!this.#scan.name(name)) return false;
      const nameEnd = this.#scan.at;
      const hash = this.#scan.hash;
      if (bytes[nameEnd] !== EQUALS) return false;
      if (nameEnd + 1 >= length) return this.#scan.unfinished();
      const quote = bytes[nameEnd + 1] as number;
      if (quote !== APOSTROPHE && quote !== QUOTE) return false;
      const value = nameEnd + 2;
      if (nameEnd - name === XMLNS.length && same(bytes, name, XMLNS, 0, XMLNS.length)) {
        const namespace = this.#scan.namespace(value, quote, keep !== NONE);
        if (namespace === undefined || declared !== undefined) return false;
        declared = namespace;
      } else {
        const text = keep === ALL || this.#scan.colon ? this.#scan.string(name, nameEnd) : '';
        if (this.#scan.colon && text !== 'xml:lang') return false;
        if (!this.#scan.characters(value, IN_VALUE, quote, keep === ALL)) return false;
        if (this.#scan.at - value > limits.maxAttributeBytes) return false;
        if (count >= MOST_ATTRIBUTES || count >= limits.maxAttributes) return false;
        if (this.#scan.repeated(name, nameEnd, hash, count)) return false;
        if (keep === ALL) {
          this.#slots[2 * count] = text;
          this.#slots[2 * count + 1] = this.#scan.value;
        }
        count++;
      }
      at = this.#scan.at + 1;
    }
    this.#scan.at = at + 1;
    this.#declared = declared;
    this.#attributes = count;
    return true;
  }

  /** The namespace of a tag with a prefix, where that is in the header and the name behind it is one. */
  #prefixedNamespace(tag: string, colon: number): string | undefined {
    const namespace = this.#around.namespaceOf(tag.slice(0, colon));
    const first = colon + 1 === tag.length ? 0 : (KINDS[tag.charCodeAt(colon + 1)] as number);
    if (namespace === undefined || (first & START) === 0 || tag.includes(':', colon + 1)) return undefined;
    return insideOf(this.#around, namespace);
  }
}

/** A stanza, or a child of one that nobody has looked into. */
class Part implements Unread {
  constructor(
    private readonly reader: PlainReader,
    private readonly source: Utf8Text,
    private readonly from: number,
    private readonly to: number,
    private readonly around: Surroundings,
    private readonly inherited: string,
    private readonly depth: 1 | 2,
  ) {}

  get bytes(): number {
    return this.to - this.from;
  }

  read(origin: Origin | undefined): XmlElement {
    const { reader, source, from, around, inherited, depth } = this;
    return reader.readAgain(source, from, around, inherited, depth, origin);
  }

  compact(own: OwnStrings): Unread {
    const text = decoded(this.source.bytes, this.from, this.to);
    return new OwnPart(text, this.bytes, this.around, own.name(this.inherited), this.depth);
  }
}

/** The same with nothing but its own text. */
class OwnPart implements Unread {
  constructor(
    private readonly text: string,
    readonly bytes: number,
    private readonly around: Surroundings,
    private readonly inherited: string,
    private readonly depth: 1 | 2,
  ) {}

  // With a reader of its own: that of the connection knows the names of much else.
  read(origin: Origin | undefined): XmlElement {
    const bytes = new TextEncoder().encode(this.text);
    const source = { ascii: new AsciiDecoder().decode(bytes), bytes };
    return new PlainReader().readAgain(source, 0, this.around, this.inherited, this.depth, origin);
  }

  compact(): Unread {
    return this;
  }
}
