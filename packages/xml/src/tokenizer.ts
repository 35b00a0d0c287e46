import { AMPERSAND, APOSTROPHE, BRACKET, EQUALS, GT, LT, QUOTE, SEMICOLON, SLASH, SPACE } from './byte-kinds.js';
import type { XmlElement } from './element.js';
import type { Limits } from './limits.js';
import { isNameChar, isNameStart } from './names.js';
import type { StreamHeader } from './parser.js';
import { type BadReference, characterOf, isReferenceChar, NO_REFERENCE, tooLong } from './reference.js';
import type { TreeBuilder } from './tree-builder.js';
import { utf8Length } from './utf8.js';
import type { XmlCondition } from './xml-error.js';

/** What the tokenizer comes to, told to whoever it is a part of. Places are in the text that is scanned. */
export interface TokenOwner {
  /** What text outside of the elements is. */
  outside(): XmlCondition;
  header(header: StreamHeader, at: number, selfClosing: boolean): void;
  /** A first-level element, or the root, is complete. */
  complete(element: XmlElement, at: number): void;
  /** Ends everything with an error that was found behind the character before that place. */
  fail(condition: XmlCondition, message: string, at: number, limit?: keyof Limits): never;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const CDATA = '<![CDATA[';

// Where it stands.
const TEXT = 0;
const IN_CDATA = 1;
const VALUE = 2;
const REFERENCE = 3;
const MARKUP = 4;
const EXCLAMATION = 5;
const NAME = 6;
const TAG = 7;
const KEY = 8;
const KEY_OVER = 9;
const EQUALS_SEEN = 10;
const VALUE_OVER = 11;
const SLASH_SEEN = 12;
const END_NAME = 13;
const END_NAME_OVER = 14;

/**
 * A tokenizer of all the XML that XMPP allows (RFC 6120 §11): elements with any names, CDATA, references to characters and the
 * five of XML, every kind of line end. What it reads goes to a `TreeBuilder`. It goes on where the last text ended, wherever that was
 * cut, and says of a character that is wrong that it is when it comes to it: nothing waits for what stands behind.
 */
export class Tokenizer {
  readonly #owner: TokenOwner;
  readonly #tree: TreeBuilder;
  #text = '';
  #at = 0;
  #state = TEXT;
  /** Names of the open elements, as they are written. */
  readonly #open: string[] = [];
  /** The name of the tag, and of its attribute, as far as they are read. */
  #name = '';
  #key = '';
  /** The text or the value, as far as it is read. */
  #value = '';
  /** What ends it. */
  #end = LT;
  /** How many `]` stand at the end of the last text, two at most. */
  #brackets = 0;
  /** The last text ended with a carriage return, which a line feed belongs to. */
  #afterCr = false;
  /** The reference, behind its `&`; and what it stands in. */
  #reference = '';
  #referenceIn = TEXT;
  /** How much there is of the opening of a CDATA section. */
  #opening = 0;

  constructor(owner: TokenOwner, tree: TreeBuilder) {
    this.#owner = owner;
    this.#tree = tree;
  }

  /** Behind the character that was read last, in the text. */
  get position(): number {
    return this.#at;
  }

  /** Reads to the end of the text. */
  scan(text: string, from: number): void {
    this.#text = text;
    this.#at = this.#afterCr && text.charCodeAt(from) === LF ? from + 1 : from;
    this.#afterCr = false;
    while (this.#at < text.length) {
      if (this.#state <= VALUE) this.#characters();
      else if (this.#state === NAME || this.#state === KEY || this.#state === END_NAME) this.#nameCharacters();
      else this.#character(text.codePointAt(this.#at) as number);
    }
    this.#text = '';
  }

  /** Past text, a CDATA section or a value, up to its end or a reference. */
  #characters(): void {
    const text = this.#text;
    const state = this.#state;
    const end = this.#end;
    let start = this.#at;
    // Since where there was no end of a line.
    let line = start;
    let at = start;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > GT && code < 0xfffe) continue;
      if (code === end) {
        if (code !== GT || this.#bracketsBefore(at, line) === 2) break;
      } else if (code >= SPACE && code < 0xfffe) {
        if (state === IN_CDATA) continue;
        if (code === AMPERSAND) break;
        if (code === LT) this.#malformed('a < in a value', at + 1);
        if (code === GT && state === TEXT && this.#bracketsBefore(at, line) === 2)
          this.#malformed(']]> in text', at + 1);
      } else if (code === CR || code === LF || code === TAB) {
        if (code !== CR && state !== VALUE) continue;
        this.#value += text.slice(start, at) + (state === VALUE ? ' ' : '\n');
        if (code === CR) {
          if (text.charCodeAt(at + 1) === LF) at++;
          else this.#afterCr = at + 1 === text.length;
        }
        start = line = at + 1;
        this.#brackets = 0;
      } else this.#malformed('a character that XML does not have', at + 1);
    }
    this.#value += text.slice(start, at);
    if (at === text.length) {
      this.#brackets = this.#bracketsBefore(at, line);
      this.#at = at;
      return;
    }
    this.#brackets = 0;
    this.#at = at + 1;
    if (text.charCodeAt(at) === AMPERSAND) {
      this.#referenceIn = state;
      this.#reference = '';
      this.#state = REFERENCE;
    } else if (state === TEXT) this.#state = MARKUP;
    else if (state === IN_CDATA) {
      // Of this section alone: to cut the end off all of a long text, section by section, takes ever longer.
      this.#value = this.#value.slice(0, -2);
      this.#flush();
      this.#inText();
    } else {
      this.#tree.attribute(this.#key, this.#value);
      this.#value = '';
      this.#state = VALUE_OVER;
    }
  }

  /** How many `]` stand before that place, two at most. */
  #bracketsBefore(at: number, from: number): number {
    let count = 0;
    while (count < 2 && at - count > from && this.#text.charCodeAt(at - count - 1) === BRACKET) count++;
    return at - count > from ? count : Math.min(2, count + this.#brackets);
  }

  /** The text, as far as it is read, goes to the element that it is in. */
  #flush(): void {
    if (this.#value !== '') this.#tree.text(this.#value);
    this.#value = '';
  }

  #inText(): void {
    this.#state = TEXT;
    this.#end = LT;
  }

  /** Past a name, and the character behind it. */
  #nameCharacters(): void {
    const text = this.#text;
    const state = this.#state;
    const start = this.#at;
    const limit = state === NAME ? this.#tree.limits.maxNameBytes : Number.POSITIVE_INFINITY;
    let bytes = state === NAME ? utf8Length(this.#name) : 0;
    let at = start;
    let code = 0;
    for (; at < text.length; at += code > 0xffff ? 2 : 1) {
      code = text.codePointAt(at) as number;
      if (!isNameChar(code)) break;
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code > 0xffff ? 4 : 3;
      if (bytes > limit) {
        const end = at + (code > 0xffff ? 2 : 1);
        this.#owner.fail('policy-violation', `a name of more than limits.maxNameBytes (${limit})`, end, 'maxNameBytes');
      }
    }
    const part = text.slice(start, at);
    this.#at = at;
    if (state === KEY) this.#key += part;
    else this.#name += part;
    if (at < text.length) this.#character(code);
  }

  /** Past one character, where each has a meaning. */
  #character(code: number): void {
    this.#at += code > 0xffff ? 2 : 1;
    const space = code === SPACE || code === LF || code === TAB || code === CR;
    switch (this.#state) {
      case REFERENCE:
        this.#inReference(code);
        break;
      case MARKUP:
        this.#markup(code);
        break;
      case EXCLAMATION:
        this.#exclamation(code);
        break;
      case NAME:
        // What is wrong by itself is so before the tag is looked at.
        if ((code < SPACE && !space) || code === 0xfffe || code === 0xffff) this.#unexpected();
        this.#tree.startTag();
        this.#inTag(code, space);
        break;
      case TAG:
        if (isNameStart(code)) {
          this.#beginName(KEY, code);
          this.#key = '';
        } else this.#inTag(code, space);
        break;
      case VALUE_OVER:
        this.#inTag(code, space);
        break;
      case KEY:
      case KEY_OVER:
        if (code === EQUALS) this.#state = EQUALS_SEEN;
        else if (space) this.#state = KEY_OVER;
        else this.#unexpected();
        break;
      case EQUALS_SEEN:
        if (code === QUOTE || code === APOSTROPHE) {
          this.#state = VALUE;
          this.#end = code;
        } else if (!space) this.#unexpected();
        break;
      case SLASH_SEEN:
        if (code !== GT) this.#unexpected();
        this.#startTag(true);
        break;
      case END_NAME:
      case END_NAME_OVER:
        if (code === GT) this.#endTag();
        else if (space) this.#state = END_NAME_OVER;
        else this.#unexpected();
    }
  }

  /** Behind a `<`. */
  #markup(code: number): void {
    if (code === 0x21) {
      this.#state = EXCLAMATION;
      this.#opening = 2;
      return;
    }
    if (code === 0x3f) this.#owner.fail('restricted-xml', 'a processing instruction; XMPP forbids them', this.#at);
    this.#flush();
    if (code === SLASH) {
      this.#state = END_NAME;
      this.#name = '';
    } else if (isNameStart(code)) {
      this.#beginName(NAME, code);
      this.#name = '';
    } else this.#unexpected();
  }

  /** Back before its first character, which is the one that was read. */
  #beginName(state: typeof NAME | typeof KEY, code: number): void {
    this.#state = state;
    this.#at -= code > 0xffff ? 2 : 1;
  }

  /** In the opening of a CDATA section, which is all that may begin with `<!`. */
  #exclamation(code: number): void {
    if (code !== CDATA.charCodeAt(this.#opening)) {
      this.#owner.fail('restricted-xml', 'a comment or DOCTYPE; XMPP forbids them', this.#at);
    }
    if (++this.#opening < CDATA.length) return;
    if (this.#tree.depth <= 1) {
      this.#owner.fail(this.#owner.outside(), 'a CDATA section outside of any element', this.#at);
    }
    this.#flush();
    this.#state = IN_CDATA;
    this.#end = GT;
  }

  #inReference(code: number): void {
    if (code === SEMICOLON) {
      const character = characterOf(this.#reference);
      if (typeof character !== 'string') this.#refuse(character);
      this.#value += character;
      this.#state = this.#referenceIn;
      return;
    }
    if (!isReferenceChar(code)) this.#refuse(NO_REFERENCE);
    this.#reference += String.fromCharCode(code);
    const bad = tooLong(this.#reference);
    if (bad !== undefined) this.#refuse(bad);
  }

  /** Behind the name of a tag, or a value in it. */
  #inTag(code: number, space: boolean): void {
    if (space) this.#state = TAG;
    else if (code === SLASH) this.#state = SLASH_SEEN;
    else if (code === GT) this.#startTag(false);
    else this.#unexpected();
  }

  #startTag(selfClosing: boolean): void {
    const name = this.#name;
    const header = this.#tree.open(name);
    this.#inText();
    this.#open.push(name);
    if (header !== undefined) this.#owner.header(header, this.#at, selfClosing);
    if (selfClosing) this.#close();
  }

  #endTag(): void {
    if (this.#open.at(-1) !== this.#name) this.#malformed('an end tag of an element that is not open', this.#at);
    this.#inText();
    this.#close();
  }

  #close(): void {
    this.#open.pop();
    const element = this.#tree.close();
    if (this.#tree.depth <= 1) this.#owner.complete(element, this.#at);
  }

  #refuse({ condition, message }: BadReference): never {
    return this.#owner.fail(condition, message, this.#at);
  }

  #unexpected(): never {
    return this.#malformed('a tag is malformed', this.#at);
  }

  #malformed(message: string, at: number): never {
    return this.#owner.fail('not-well-formed', message, at);
  }
}
