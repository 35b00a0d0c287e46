import {
  AMPERSAND,
  APOSTROPHE,
  BRACKET,
  COLON,
  GT,
  IN_TEXT,
  IN_VALUE,
  KINDS,
  LT,
  OUTER,
  QUOTE,
  SEMICOLON,
  START,
} from './byte-kinds.js';
import { firstOf, hashOf, same } from './bytes.js';
import { KnownStrings } from './known-strings.js';
import type { Limits } from './limits.js';
import { NS_XML, NS_XMLNS } from './namespaces.js';
import { characterLength } from './utf8.js';
import { NO_TEXT, textOfPart, type Utf8Text } from './utf8-text.js';

/** No stanza has elements with more; those are left to others. */
export const MOST_ATTRIBUTES = 16;

/**
 * Goes past the parts of tags and texts, as far as they are usual: see `PlainReader`. Its methods say whether a part is; where it is
 * not because the text is over, `incomplete` is set.
 */
export class ByteScanner {
  bytes: Uint8Array = NO_TEXT.bytes;
  limits!: Limits;
  /** Behind what was read. */
  at = 0;
  incomplete = false;
  /** Of the name that was read: its hash, and whether a colon is in it. */
  hash = 0;
  colon = false;
  /** The value or text that was read, where it is kept. */
  value = '';

  /** Of each attribute of the tag that is read: the hash of its name, and where that begins and ends. */
  readonly #seen = new Int32Array(3 * MOST_ATTRIBUTES);
  readonly #known = new KnownStrings();
  #source = NO_TEXT;

  /** Begins at a place. */
  start(source: Utf8Text, at: number, limits: Limits): void {
    this.#source = source;
    this.bytes = source.bytes;
    this.limits = limits;
    this.at = at;
    this.incomplete = false;
  }

  /** Keeps nothing of it alive. */
  stop(): void {
    this.#source = NO_TEXT;
    this.value = '';
    this.bytes = NO_TEXT.bytes;
  }

  /** Goes past the name that begins there, with something behind it. */
  name(from: number): boolean {
    const bytes = this.bytes;
    let at = firstOf(OUTER | COLON, bytes, from);
    const colon = bytes[at] === 0x3a;
    if (colon) at = firstOf(OUTER, bytes, at);
    if (at - from > this.limits.maxNameBytes) return false;
    if (at > from && ((KINDS[bytes[from] as number] as number) & START) === 0) return false;
    if (at >= bytes.length) return this.unfinished();
    this.at = at;
    this.hash = hashOf(bytes, from, at);
    this.colon = colon;
    return at > from;
  }

  /** The namespace that begins there, up to the quote; empty where it is not kept. */
  namespace(from: number, quote: number, keep: boolean): string | undefined {
    const bytes = this.bytes;
    let at = firstOf(IN_VALUE, bytes, from);
    // The other kind of quote.
    while (at < bytes.length && bytes[at] !== quote && (bytes[at] === QUOTE || bytes[at] === APOSTROPHE)) {
      at = firstOf(IN_VALUE, bytes, at + 1);
    }
    if (at >= bytes.length) {
      this.incomplete = true;
      return undefined;
    }
    if (bytes[at] !== quote) return undefined;
    const { maxNamespaceBytes, maxNamespaceDecls } = this.limits;
    if (at - from > maxNamespaceBytes || maxNamespaceDecls < 1) return undefined;
    this.at = at;
    if (!keep && at - from !== NS_XML.length && at - from !== NS_XMLNS.length) return '';
    const namespace = this.string(from, at, hashOf(bytes, from, at));
    return namespace === NS_XML || namespace === NS_XMLNS ? undefined : namespace;
  }

  /**
   * Goes past an attribute's value up to the quote, or text up to the next tag: `kind` says what is worth a look, `end` what ends it.
   */
  characters(from: number, kind: number, end: number, keep: boolean): boolean {
    const bytes = this.bytes;
    const { length } = bytes;
    let before = '';
    let start = from;
    let beyond = 0;
    let at = from;
    for (;;) {
      at = firstOf(kind, bytes, at);
      if (at >= length) return this.unfinished();
      const code = bytes[at] as number;
      if (code === end) break;
      if (code >= 0x80) {
        const size = characterLength(bytes, at);
        if (size === 0) return false;
        if (at + size > length) return this.unfinished();
        // U+FFFE and U+FFFF are no characters of XML.
        if (code === 0xef && bytes[at + 1] === 0xbf && (bytes[at + 2] as number) >= 0xbe) return false;
        beyond++;
        at += size - 1;
      } else if (code === AMPERSAND) {
        const character = this.#reference(at);
        if (character === undefined) return false;
        if (keep) before += textOfPart(this.#source, start, at, beyond) + character;
        start = this.at;
        at = start - 1;
      } else if (code === GT) {
        if (bytes[at - 1] === BRACKET && bytes[at - 2] === BRACKET) return false;
      } else if (code !== QUOTE && code !== APOSTROPHE) return false;
      at++;
    }
    this.at = at;
    if (keep) {
      const last = textOfPart(this.#source, start, at, beyond);
      this.value = before === '' ? last : before + last;
    }
    return true;
  }

  /** The text up to the next tag, with what shows which kind of tag it is. */
  textUpToTag(keep: boolean): boolean {
    const { length } = this.bytes;
    const at = this.at;
    this.value = '';
    if (at < length && this.bytes[at] !== LT && !this.characters(at, IN_TEXT, LT, keep)) return false;
    if (this.at + 1 >= length) return this.unfinished();
    return true;
  }

  /** The end tag, for the name of the start tag at `tag`. */
  endTag(tag: number, tagLength: number): boolean {
    const bytes = this.bytes;
    const { length } = bytes;
    let at = this.at + 2;
    for (let i = 0; i < tagLength; i++, at++) {
      if (at >= length) return this.unfinished();
      if (bytes[at] !== bytes[tag + i]) return false;
    }
    if (at >= length) return this.unfinished();
    this.at = at + 1;
    return bytes[at] === GT;
  }

  /** Whether one of the attributes before has that name; remembers it. */
  repeated(from: number, to: number, hash: number, count: number): boolean {
    const bytes = this.bytes;
    const seen = this.#seen;
    const end = 3 * count;
    for (let i = 0; i < end; i += 3) {
      if (seen[i] !== hash) continue;
      const other = seen[i + 1] as number;
      if ((seen[i + 2] as number) - other === to - from && same(bytes, other, bytes, from, to - from)) return true;
    }
    seen[end] = hash;
    seen[end + 1] = from;
    seen[end + 2] = to;
    return false;
  }

  /** One string for all that are equal, as far as they are remembered. */
  string(from: number, to: number, hash = this.hash): string {
    return this.#known.find(this.bytes, from, to, hash) ?? this.#known.add(this.#source.ascii.slice(from, to), hash);
  }

  unfinished(): false {
    this.incomplete = true;
    return false;
  }

  /** The character that one of the five references stands for. */
  #reference(at: number): string | undefined {
    const bytes = this.bytes;
    let end = at + 1;
    // The longest is `&apos;`; one that is cut off is the other parser's too, which knows what can become of it.
    while (end < at + 6 && bytes[end] !== SEMICOLON) end++;
    if (bytes[end] !== SEMICOLON) return undefined;
    this.at = end + 1;
    switch (this.#source.ascii.slice(at + 1, end)) {
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
}
