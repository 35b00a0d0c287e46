import { type Origin, XmlElement, type XmlNode } from './element.js';
import type { Limits } from './limits.js';
import { NS_STREAM, NS_XML, NS_XMLNS } from './namespaces.js';

/** What an element has from the stream that it stands in. */
export interface Surroundings {
  readonly limits: Limits;
  /** The default namespace of first-level elements. */
  readonly inside: string;
  /** The one that the header declares; an element that repeats it is in `inside`. */
  readonly contentNamespace: string;
  /** The namespace of a prefix of the header. */
  namespaceOf(prefix: string): string | undefined;
}

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const SPACE = 0x20;
const EQUALS = 0x3d;
const AMPERSAND = 0x26;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BRACKET = 0x5d;
const SEMICOLON = 0x3b;

const NOTHING = new Uint8Array(0);

// What a byte can be; those of characters beyond ASCII are always worth a look.
/** A name may begin with it. */
const START = 1;
/** It may stand in a name. */
const INNER = 2;
/** Something ends or begins with it in an attribute's value, or it must not stand there. */
const IN_VALUE = 4;
/** The same for text. */
const IN_TEXT = 8;

const KINDS = kindsOfBytes();

/** Deeper elements, and those with more attributes, are somebody else's: no stanza has that many. */
const DEEPEST = 64;
const MOST_SLOTS = 32;

/** How many places for children are kept from one element to the next. */
const MOST_NODES = 64;

/** How many names and namespaces are remembered, and how long one is at most. */
const KNOWN = 128;
const LONGEST_KNOWN = 80;

function kindsOfBytes(): Uint8Array {
  const kinds = new Uint8Array(256);
  const mark = (characters: string, kind: number): void => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  mark(`${letters}${letters.toUpperCase()}_`, START | INNER);
  mark('0123456789.-:', INNER);
  kinds.fill(IN_VALUE | IN_TEXT, 0, SPACE);
  kinds.fill(IN_VALUE | IN_TEXT, 0x80);
  mark('\t\n', IN_VALUE);
  mark('"\'', IN_VALUE);
  mark('<&', IN_VALUE | IN_TEXT);
  mark('>', IN_TEXT);
  return kinds;
}

/** A text with its bytes in UTF-8, which were found to be right. */
export interface Utf8Text {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads whole elements as nearly all of them are: names in ASCII, no prefixes but those of the header, no references but the
 * five of XML, single spaces between attributes. Whatever else there is, and whatever breaks a rule or a limit, it does not read,
 * and has no opinion about: that is for the parser that knows all of XML. What it reads is what that one would read.
 *
 * It looks at bytes, which is several times as fast as looking at the characters of a string, and cuts its strings out of the text.
 */
export class PlainReader {
  #text = '';
  #bytes: Uint8Array = NOTHING;
  #around!: Surroundings;
  #origin!: Origin;
  #elements = 0;
  /** Where reading goes on, in bytes; and how many more these are than characters of the text. */
  #at = 0;
  #delta = 0;
  #incomplete = false;
  /** Attributes of the tag that is read; children of the elements that are open, one after the other. Used again and again. */
  readonly #slots: string[] = [];
  readonly #nodes: XmlNode[] = [];
  #nodeCount = 0;
  // They come again and again: one string for each is less to make, and the fastest to compare.
  readonly #known: (string | undefined)[] = [];

  /** Behind the element that was read, in bytes. */
  get end(): number {
    return this.#at;
  }

  /** The same in characters of the text. */
  get textEnd(): number {
    return this.#at - this.#delta;
  }

  /** After nothing was read: whether it was fine so far, and more text may complete it. */
  get incomplete(): boolean {
    return this.#incomplete;
  }

  /** The element whose `<` stands there, or undefined. @param at In bytes. @param textAt The same in characters. */
  read(source: Utf8Text, at: number, textAt: number, around: Surroundings, origin: Origin): XmlElement | undefined {
    this.#text = source.text;
    this.#bytes = source.bytes;
    this.#around = around;
    this.#origin = origin;
    this.#elements = 0;
    this.#delta = at - textAt;
    this.#incomplete = false;
    const element = this.#element(at, around.inside, 1);
    // Nothing that was read is kept alive by it, except what a few elements leave in their places.
    this.#text = '';
    this.#bytes = NOTHING;
    this.#nodeCount = 0;
    if (this.#nodes.length > MOST_NODES) this.#nodes.length = 0;
    return element;
  }

  #element(from: number, inherited: string, depth: number): XmlElement | undefined {
    const { limits } = this.#around;
    const bytes = this.#bytes;
    const { length } = bytes;
    if (++this.#elements > limits.maxElements || depth > limits.maxDepth || depth > DEEPEST) return undefined;
    const tag = this.#name(from + 1);
    if (tag === undefined) return undefined;
    const slots = this.#slots;
    let used = 0;
    let declared: string | undefined;
    let open = true;
    let at = this.#at;
    for (;;) {
      if (at >= length) return this.#unfinished();
      let code = bytes[at];
      if (code === GT) {
        at++;
        break;
      }
      if (code === SLASH) {
        if (at + 1 >= length) return this.#unfinished();
        if (bytes[at + 1] !== GT) return undefined;
        at += 2;
        open = false;
        break;
      }
      if (code !== SPACE) return undefined;
      at++;
      if (at >= length) return this.#unfinished();
      code = bytes[at];
      if (code === GT || code === SLASH) continue;
      const name = this.#name(at);
      if (name === undefined) return undefined;
      at = this.#at;
      if (bytes[at] !== EQUALS) return undefined;
      at++;
      if (at >= length) return this.#unfinished();
      const quote = bytes[at] as number;
      if (quote !== APOSTROPHE && quote !== QUOTE) return undefined;
      if (name === 'xmlns') {
        const namespace = this.#namespace(at + 1, quote);
        if (namespace === undefined || declared !== undefined) return undefined;
        declared = namespace;
      } else {
        if (name.includes(':') && name !== 'xml:lang') return undefined;
        const value = this.#characters(at + 1, IN_VALUE, quote);
        if (value === undefined || this.#at - at - 1 > limits.maxAttributeBytes) return undefined;
        if (used >= MOST_SLOTS || used >= 2 * limits.maxAttributes) return undefined;
        for (let i = 0; i < used; i += 2) if (slots[i] === name) return undefined;
        slots[used++] = name;
        slots[used++] = value;
      }
      at = this.#at + 1;
    }
    const inside = declared === undefined ? inherited : this.#inside(declared, depth);
    const element = this.#make(tag, inside, used === 0 ? undefined : slots.slice(0, used), depth);
    this.#at = at;
    if (element === undefined || !open) return element;
    const first = this.#nodeCount;
    if (!this.#content(from + 1, tag.length, inside, depth)) return undefined;
    if (this.#nodeCount > first) element.adoptChildren(this.#nodes.slice(first, this.#nodeCount));
    this.#nodeCount = first;
    return element;
  }

  /** The default namespace inside of an element with that declaration. */
  #inside(declared: string, depth: number): string {
    const { contentNamespace, inside } = this.#around;
    return depth === 1 && declared === contentNamespace ? inside : declared;
  }

  #make(tag: string, inside: string, pairs: string[] | undefined, depth: number): XmlElement | undefined {
    const colon = tag.indexOf(':');
    if (colon < 0) {
      if (depth === 1 && tag === 'stream' && inside === NS_STREAM) return undefined;
      return XmlElement.adopt(tag, inside, pairs, this.#origin);
    }
    const namespace = this.#around.namespaceOf(tag.slice(0, colon));
    const name = tag.slice(colon + 1);
    const first = name === '' ? 0 : (KINDS[name.charCodeAt(0)] as number);
    if (namespace === undefined || (first & START) === 0 || name.includes(':')) return undefined;
    if (depth === 1 && name === 'stream' && namespace === NS_STREAM) return undefined;
    return XmlElement.adopt(name, namespace, pairs, this.#origin);
  }

  /** Puts what stands up to the end tag into `#nodes`. The name of the start tag is at `tag`. */
  #content(tag: number, tagLength: number, inside: string, depth: number): boolean {
    const bytes = this.#bytes;
    const { length } = bytes;
    for (;;) {
      let at = this.#at;
      if (at < length && bytes[at] !== LT) {
        const content = this.#characters(at, IN_TEXT, LT);
        if (content === undefined) return false;
        this.#nodes[this.#nodeCount++] = content;
        at = this.#at;
      }
      if (at + 1 >= length) {
        this.#incomplete = true;
        return false;
      }
      if (bytes[at + 1] === SLASH) {
        at += 2;
        for (let i = 0; i < tagLength; i++, at++) {
          if (at >= length) this.#incomplete = true;
          if (bytes[at] !== bytes[tag + i]) return false;
        }
        if (at >= length) this.#incomplete = true;
        this.#at = at + 1;
        return bytes[at] === GT;
      }
      const child = this.#element(at, inside, depth + 1);
      if (child === undefined) return false;
      this.#nodes[this.#nodeCount++] = child;
    }
  }

  /** The name that begins there, with something behind it. */
  #name(from: number): string | undefined {
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = from;
    let hash = 0;
    for (; at < length; at++) {
      const code = bytes[at] as number;
      if (((KINDS[code] as number) & INNER) === 0) break;
      hash = (hash * 31 + code) | 0;
    }
    if (at - from > this.#around.limits.maxNameBytes) return undefined;
    if (at > from && ((KINDS[bytes[from] as number] as number) & START) === 0) return undefined;
    if (at >= length) return this.#unfinished();
    if (at === from) return undefined;
    this.#at = at;
    return this.#knownString(from, at, hash);
  }

  /** The namespace that begins there, up to the quote. */
  #namespace(from: number, quote: number): string | undefined {
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = from;
    let hash = 0;
    for (; at < length; at++) {
      const code = bytes[at] as number;
      if (code === quote) break;
      if (((KINDS[code] as number) & IN_VALUE) !== 0) return undefined;
      hash = (hash * 31 + code) | 0;
    }
    if (at >= length) return this.#unfinished();
    const { maxNamespaceBytes, maxNamespaceDecls } = this.#around.limits;
    if (at - from > maxNamespaceBytes || maxNamespaceDecls < 1) return undefined;
    this.#at = at;
    const namespace = this.#knownString(from, at, hash);
    return namespace === NS_XML || namespace === NS_XMLNS ? undefined : namespace;
  }

  /** An attribute's value up to the quote, or text up to the next tag: `kind` says what is worth a look, `end` what ends it. */
  #characters(from: number, kind: number, end: number): string | undefined {
    const bytes = this.#bytes;
    const { length } = bytes;
    let before = '';
    let start = from - this.#delta;
    let at = from;
    for (; at < length; at++) {
      const code = bytes[at] as number;
      if (((KINDS[code] as number) & kind) === 0) continue;
      if (code === end) break;
      if (code >= 0x80) {
        if (!this.#beyondAscii(code, at)) return undefined;
      } else if (code === AMPERSAND) {
        const character = this.#reference(at);
        if (character === undefined) return undefined;
        before += this.#text.slice(start, at - this.#delta) + character;
        at = this.#at - 1;
        start = this.#at - this.#delta;
      } else if (code === GT) {
        if (bytes[at - 1] === BRACKET && bytes[at - 2] === BRACKET) return undefined;
      } else if (code !== QUOTE && code !== APOSTROPHE) return undefined;
    }
    if (at >= length) return this.#unfinished();
    this.#at = at;
    const last = this.#text.slice(start, at - this.#delta);
    return before === '' ? last : before + last;
  }

  /** Counts what the character that the byte belongs to takes; false where XML has no such character. */
  #beyondAscii(code: number, at: number): boolean {
    if (code < 0xc0) this.#delta++;
    // Four bytes are two units of UTF-16.
    else if (code >= 0xf0) this.#delta--;
    // U+FFFE and U+FFFF.
    else if (code === 0xef) return this.#bytes[at + 1] !== 0xbf || (this.#bytes[at + 2] as number) < 0xbe;
    return true;
  }

  /** The character that one of the five references stands for. */
  #reference(at: number): string | undefined {
    const bytes = this.#bytes;
    let end = at + 1;
    // The longest is `&apos;`; one that is cut off is the other parser's too, which knows what can become of it.
    while (end < at + 6 && bytes[end] !== SEMICOLON) end++;
    if (bytes[end] !== SEMICOLON) return undefined;
    this.#at = end + 1;
    switch (this.#text.slice(at + 1 - this.#delta, end - this.#delta)) {
      case 'amp':
        return '&';
      case 'lt':
        return '<';
      case 'gt':
        return '>';
      case 'apos':
        return "'";
      case 'quot':
        return '"';
      default:
        return undefined;
    }
  }

  /** One string for all that are equal, as far as they are remembered. */
  #knownString(from: number, to: number, hash: number): string {
    const start = from - this.#delta;
    const slot = (hash ^ (hash >>> 7)) & (KNOWN - 1);
    const known = this.#known[slot];
    if (known !== undefined && known.length === to - from && this.#text.startsWith(known, start)) return known;
    const fresh = this.#text.slice(start, to - this.#delta);
    if (fresh.length > LONGEST_KNOWN) return fresh;
    // A slice holds on to the whole text that it was cut from.
    const own = ` ${fresh}`.slice(1);
    this.#known[slot] = own;
    return own;
  }

  #unfinished(): undefined {
    this.#incomplete = true;
    return undefined;
  }
}
