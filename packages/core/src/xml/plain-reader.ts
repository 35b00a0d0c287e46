import { type Origin, XmlElement, type XmlNode } from './element.js';
import type { Limits } from './limits.js';
import { NS_STREAM, NS_XML, NS_XMLNS } from './namespaces.js';
import { exceedsBytes } from './utf8.js';

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

/** A name may begin with it. */
const START = 1;
/** It may stand in a name. */
const INNER = 2;

const NAME_CHARACTERS = nameCharacters();

/** Deeper elements, and those with more attributes, are somebody else's: no stanza has that many. */
const DEEPEST = 64;
const MOST_SLOTS = 32;

/** How many places for children are kept from one element to the next. */
const MOST_NODES = 64;

/** How many names and namespaces are remembered, and how long one is at most. */
const KNOWN = 256;
const LONGEST_KNOWN = 80;

/** Bytes that a UTF-16 unit from U+0080 on takes beyond one; half of a pair has half of its four. */
function bytesBeyond(code: number): number {
  return code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2;
}

function nameCharacters(): Uint8Array {
  const table = new Uint8Array(128);
  const mark = (characters: string, flags: number) => {
    for (const character of characters) table[character.charCodeAt(0)] = flags;
  };
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  mark(`${letters}${letters.toUpperCase()}_`, START | INNER);
  mark('0123456789.-:', INNER);
  return table;
}

/**
 * Reads whole elements as nearly all of them are: names in ASCII, no prefixes but those of the header, no references but the
 * five of XML, single spaces between attributes. Whatever else there is, and whatever breaks a rule or a limit, it does not read,
 * and has no opinion about: that is for the parser that knows all of XML. What it reads is what that one would read.
 */
export class PlainReader {
  #text = '';
  #around!: Surroundings;
  #origin!: Origin;
  #elements = 0;
  /** Where reading goes on. */
  #at = 0;
  /** How many bytes the characters that were read have beyond one each. */
  #more = 0;
  /** Attributes of the tag that is read; children of the elements that are open, one after the other. Used again and again. */
  readonly #slots: string[] = [];
  readonly #nodes: XmlNode[] = [];
  #nodeCount = 0;
  /** Where nothing was read, and all was well up to the end of the text. */
  #incomplete = false;
  // They come again and again: one string for each is less to make, and the fastest to compare.
  readonly #known: (string | undefined)[] = new Array(KNOWN);

  /** Behind the element that was read. */
  get end(): number {
    return this.#at;
  }

  /** How many bytes the element that was read takes beyond one for each character. */
  get moreBytes(): number {
    return this.#more;
  }

  /** After nothing was read: whether it was fine so far, and more text may complete it. */
  get incomplete(): boolean {
    return this.#incomplete;
  }

  /** The element whose `<` stands there, or undefined. */
  read(text: string, at: number, around: Surroundings, origin: Origin): XmlElement | undefined {
    this.#text = text;
    this.#around = around;
    this.#origin = origin;
    this.#elements = 0;
    this.#more = 0;
    this.#incomplete = false;
    const element = this.#element(at, around.inside, 1);
    this.#text = '';
    // Nothing that was read is kept alive by it, except what a single element leaves in its place.
    this.#nodeCount = 0;
    if (this.#nodes.length > MOST_NODES) this.#nodes.length = 0;
    return element;
  }

  #element(from: number, inherited: string, depth: number): XmlElement | undefined {
    const { limits } = this.#around;
    const text = this.#text;
    const { length } = text;
    if (++this.#elements > limits.maxElements || depth > limits.maxDepth || depth > DEEPEST) return undefined;
    const tag = this.#name(from + 1);
    if (tag === undefined) return undefined;
    let at = this.#at;
    const slots = this.#slots;
    let used = 0;
    let declared: string | undefined;
    let open = true;
    for (;;) {
      if (at >= length) return this.#unfinished();
      let code = text.charCodeAt(at);
      if (code === GT) {
        at++;
        break;
      }
      if (code === SLASH) {
        if (at + 1 >= length) return this.#unfinished();
        if (text.charCodeAt(at + 1) !== GT) return undefined;
        at += 2;
        open = false;
        break;
      }
      if (code !== SPACE) return undefined;
      at++;
      if (at >= length) return this.#unfinished();
      code = text.charCodeAt(at);
      if (code === GT || code === SLASH) continue;
      const name = this.#name(at);
      if (name === undefined) return undefined;
      at = this.#at;
      if (at >= length) return this.#unfinished();
      if (text.charCodeAt(at) !== EQUALS) return undefined;
      at++;
      if (at >= length) return this.#unfinished();
      const quote = text.charCodeAt(at);
      if (quote !== APOSTROPHE && quote !== QUOTE) return undefined;
      if (name === 'xmlns') {
        const namespace = this.#namespace(at + 1, quote);
        if (namespace === undefined || declared !== undefined) return undefined;
        declared = namespace;
      } else {
        if (name.includes(':') && name !== 'xml:lang') return undefined;
        const value = this.#value(at + 1, quote);
        if (value === undefined || exceedsBytes(value, limits.maxAttributeBytes)) return undefined;
        if (used >= MOST_SLOTS || used >= 2 * limits.maxAttributes) return undefined;
        for (let i = 0; i < used; i += 2) if (slots[i] === name) return undefined;
        slots[used++] = name;
        slots[used++] = value;
      }
      at = this.#at;
    }
    const inside = declared === undefined ? inherited : this.#inside(declared, depth);
    const element = this.#make(tag, inside, used === 0 ? undefined : slots.slice(0, used), depth);
    this.#at = at;
    if (element === undefined || !open) return element;
    const first = this.#nodeCount;
    if (!this.#content(tag, inside, depth)) return undefined;
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
    const first = name === '' ? 0 : (NAME_CHARACTERS[name.charCodeAt(0)] as number);
    if (namespace === undefined || (first & START) === 0 || name.includes(':')) return undefined;
    if (depth === 1 && name === 'stream' && namespace === NS_STREAM) return undefined;
    return XmlElement.adopt(name, namespace, pairs, this.#origin);
  }

  /** Puts what stands up to the end tag into `#nodes`. */
  #content(tag: string, inside: string, depth: number): boolean {
    const text = this.#text;
    const { length } = text;
    for (;;) {
      let at = this.#at;
      if (at < length && text.charCodeAt(at) !== LT) {
        const content = this.#characters(at);
        if (content === undefined) return false;
        this.#nodes[this.#nodeCount++] = content;
        at = this.#at;
      }
      if (at + 1 >= length) {
        this.#incomplete = true;
        return false;
      }
      if (text.charCodeAt(at + 1) === SLASH) {
        const end = at + 2 + tag.length;
        if (end >= length) {
          this.#incomplete = tag.startsWith(text.slice(at + 2));
          return false;
        }
        this.#at = end + 1;
        return text.charCodeAt(end) === GT && text.startsWith(tag, at + 2);
      }
      const child = this.#element(at, inside, depth + 1);
      if (child === undefined) return false;
      this.#nodes[this.#nodeCount++] = child;
    }
  }

  /** The name that begins there. */
  #name(from: number): string | undefined {
    const text = this.#text;
    const { length } = text;
    let at = from;
    let hash = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f || ((NAME_CHARACTERS[code] as number) & INNER) === 0) break;
      hash = (hash * 31 + code) | 0;
    }
    if (at - from > this.#around.limits.maxNameBytes) return undefined;
    if (at > from && ((NAME_CHARACTERS[text.charCodeAt(from)] as number) & START) === 0) return undefined;
    if (at >= length) return this.#unfinished();
    // What follows a name is looked at by who asked for it; nothing at all is no name.
    if (at === from || text.charCodeAt(at) > 0x7f) return undefined;
    this.#at = at;
    return this.#knownString(from, at, hash);
  }

  /** The namespace that stands there in quotes. */
  #namespace(from: number, quote: number): string | undefined {
    const text = this.#text;
    const { length } = text;
    let at = from;
    let hash = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code < SPACE || code > 0x7e || code === LT || code === AMPERSAND) return undefined;
      hash = (hash * 31 + code) | 0;
    }
    if (at >= length) return this.#unfinished();
    const { maxNamespaceBytes, maxNamespaceDecls } = this.#around.limits;
    if (at - from > maxNamespaceBytes || maxNamespaceDecls < 1) return undefined;
    this.#at = at + 1;
    const namespace = this.#knownString(from, at, hash);
    return namespace === NS_XML || namespace === NS_XMLNS ? undefined : namespace;
  }

  /** The attribute's value that begins there; goes on behind the quote. */
  #value(from: number, quote: number): string | undefined {
    const text = this.#text;
    const { length } = text;
    let at = from;
    let before = '';
    let start = from;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === quote) break;
      if (code >= 0x80) {
        if (code >= 0xfffe) return undefined;
        this.#more += bytesBeyond(code);
      } else if (code < SPACE || code === LT) return undefined;
      else if (code === AMPERSAND) {
        const character = this.#reference(at);
        if (character === undefined) return undefined;
        before += text.slice(start, at) + character;
        start = this.#at;
        at = start - 1;
      }
    }
    if (at >= length) return this.#unfinished();
    this.#at = at + 1;
    return before === '' ? text.slice(start, at) : before + text.slice(start, at);
  }

  /** The text up to the next tag. */
  #characters(from: number): string | undefined {
    const text = this.#text;
    const { length } = text;
    let at = from;
    let before = '';
    let start = from;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > GT) {
        if (code < 0x80) continue;
        if (code >= 0xfffe) return undefined;
        this.#more += bytesBeyond(code);
      } else if (code === LT) break;
      else if (code < SPACE) {
        if (code !== 0x0a && code !== 0x09) return undefined;
      } else if (code === AMPERSAND) {
        const character = this.#reference(at);
        if (character === undefined) return undefined;
        before += text.slice(start, at) + character;
        start = this.#at;
        at = start - 1;
      } else if (code === GT && text.charCodeAt(at - 1) === BRACKET && text.charCodeAt(at - 2) === BRACKET) {
        return undefined;
      }
    }
    if (at >= length) return this.#unfinished();
    this.#at = at;
    return before === '' ? text.slice(start, at) : before + text.slice(start, at);
  }

  /** The character that one of the five references stands for. */
  #reference(at: number): string | undefined {
    const text = this.#text;
    const end = text.indexOf(';', at);
    // The longest is `&apos;`; one that is cut off is the other parser's too, which knows what can become of it.
    if (end < 0 || end > at + 5) return undefined;
    this.#at = end + 1;
    switch (text.slice(at + 1, end)) {
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
    const text = this.#text;
    const slot = (hash ^ (hash >>> 8)) & (KNOWN - 1);
    const known = this.#known[slot];
    if (known !== undefined && known.length === to - from && text.startsWith(known, from)) return known;
    const fresh = text.slice(from, to);
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
