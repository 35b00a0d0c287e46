import { checkReference } from './checked-reference.js';
import type { CountedText } from './counted-text.js';
import type { XmlElement } from './element.js';
import { lightSaxes, type Saxes } from './light-saxes.js';
import type { Limits } from './limits.js';
import type { StreamHeader } from './parser.js';
import { CDATA, commonLength, indexOfMarkup, isNameChar } from './scan.js';
import type { TreeBuilder } from './tree-builder.js';
import { exceedsBytes, utf8Length } from './utf8.js';
import type { XmlCondition } from './xml-error.js';

/** What the tokenizer comes to, told to the parser that it is a part of. Places are in the chunk. */
export interface SaxesOwner {
  /** Between two first-level elements. */
  between(): boolean;
  /** Nothing of the first-level element stands before that place. */
  startsAt(at: number): boolean;
  /** What text outside of the elements is. */
  outside(): XmlCondition;
  header(header: StreamHeader, at: number, selfClosing: boolean): void;
  /** A first-level element, or the root, is complete. */
  complete(element: XmlElement, at: number): void;
  /** Ends everything with an error that was found behind the character before that place. */
  fail(condition: XmlCondition, message: string, at: number, limit?: keyof Limits): never;
}

/**
 * saxes, and what stands guard before it: it is given no text that it would let through, report late or buffer without end. What
 * it reads goes to a `TreeBuilder`.
 */
export class GuardedSaxes {
  readonly #owner: SaxesOwner;
  readonly #tree: TreeBuilder;
  /** What is being parsed. */
  readonly #chunk: CountedText;
  #tokenizer: Saxes | undefined;

  /** The end of the last chunk, kept back until it shows what it is; ASCII only. */
  #held = '';
  /** Inside a CDATA section, where no character has a meaning. */
  #inCdata = false;
  /** Bytes of a start tag's name that is not complete; -1 where there is none. */
  #openName = -1;
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

  constructor(owner: SaxesOwner, tree: TreeBuilder, chunk: CountedText) {
    this.#owner = owner;
    this.#tree = tree;
    this.#chunk = chunk;
  }

  /** What was held back, to stand before the next chunk. */
  takeHeld(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }

  /** Holds text back. */
  hold(text: string): void {
    this.#held = text;
  }

  /** How much is held back; bytes and characters are the same. */
  get heldLength(): number {
    return this.#held.length;
  }

  /** Where saxes stands, in the chunk. */
  get position(): number {
    return this.#saxes.position - this.#shift;
  }

  /** A first-level element begins. */
  begin(): void {
    this.#openName = -1;
  }

  /** Looks for what saxes must not see, natively, and gives it the rest. */
  scan(start: number): void {
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
        at = this.#reference(from, reference);
        if (at < 0) return;
      } else {
        from = this.#exclamation(from, exclamation);
        if (from < 0) return;
        at = from;
      }
      if (reference >= 0 && reference < at) reference = text.indexOf('&', at);
      if (exclamation >= 0 && exclamation < at) exclamation = indexOfMarkup(text, '!', at);
      if (question >= 0 && question < at) question = indexOfMarkup(text, '?', at);
    }
    if (question >= 0) {
      this.#run(from, question);
      this.#owner.fail('restricted-xml', 'a processing instruction; XMPP forbids them', question + 2);
    }
    if (text.charCodeAt(text.length - 1) === 0x3c) this.#holdFrom(from, text.length - 1);
    else this.#run(from, text.length);
  }

  /** Past the reference that stands there; -1 where the text ends in it. */
  #reference(from: number, at: number): number {
    const checked = checkReference(this.#chunk.text, at);
    if (checked === -1) {
      this.#holdFrom(from, at);
      return -1;
    }
    if (typeof checked === 'number') return checked;
    this.#run(from, at);
    return this.#owner.fail(checked.condition, checked.message, checked.end);
  }

  /** Past the CDATA section that begins there, which is all that may; -1 where the text ends in it. */
  #exclamation(from: number, at: number): number {
    const text = this.#chunk.text;
    const length = commonLength(text, at);
    if (at + length === text.length && length < CDATA.length) {
      this.#holdFrom(from, at);
      return -1;
    }
    this.#run(from, at);
    if (length < CDATA.length) {
      this.#owner.fail('restricted-xml', 'a comment or DOCTYPE; XMPP forbids them', at + length + 1);
    }
    if (this.#tree.depth <= 1 && this.#owner.startsAt(at)) {
      this.#owner.fail(this.#owner.outside(), 'a CDATA section outside of any element', at + length);
    }
    return this.#cdata(at, at + length);
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

  #holdFrom(from: number, at: number): void {
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
    if (!this.#owner.between() && !cdata) this.#openName = this.#checkName(to);
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
    const length = bytes + utf8Length(text, at, end);
    if (length > this.#tree.limits.maxNameBytes) this.#overlong(at, bytes);
    return length;
  }

  /** The name of a start tag is complete. One that is too long was so at the byte that passed the limit, whatever stands behind. */
  #checkWholeName(name: string): void {
    if (!exceedsBytes(name, this.#tree.limits.maxNameBytes)) return;
    const start = this.#chunk.text.lastIndexOf('<', this.position - 2) + 1;
    if (start > this.#runFrom) this.#overlong(start, 0);
    this.#overlong(this.#runFrom, Math.max(this.#openName, 0));
  }

  /** A name goes on there, of which so many bytes stand before, and passes the limit. */
  #overlong(from: number, before: number): never {
    const text = this.#chunk.text;
    const limit = this.#tree.limits.maxNameBytes;
    let bytes = before;
    let at = from;
    while (bytes <= limit) {
      const size = text.charCodeAt(at) >= 0xd800 && text.charCodeAt(at) <= 0xdbff ? 2 : 1;
      bytes += utf8Length(text, at, at + size);
      at += size;
    }
    this.#owner.fail('policy-violation', `a name of more than limits.maxNameBytes (${limit})`, at, 'maxNameBytes');
  }

  /** Made when the first text comes to it: of what holds plain elements only, none ever does. */
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
      this.#checkWholeName(tag.name);
      tree.startTag();
    });
    saxes.on('opentag', (tag) => {
      const header = tree.open(tag.name);
      if (header !== undefined) this.#owner.header(header, this.position, tag.isSelfClosing);
    });
    saxes.on('closetag', () => {
      if (this.#closed !== undefined) this.#settle();
      const element = tree.close();
      if (tree.depth <= 1) {
        this.#closed = element;
        this.#closedAt = this.position;
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

  #malformed(message: string): void {
    const at = this.position;
    if (this.#closed !== undefined && this.#closedAt === at) this.#closed = undefined;
    if (this.#closed !== undefined) this.#settle();
    if (!this.#owner.between() && at - 1 > this.#runFrom) this.#checkName(at - 1);
    this.#owner.fail('not-well-formed', `not well-formed: ${message}`, at);
  }

  /** The end tag that was seen was the right one. */
  #settle(): void {
    const element = this.#closed as XmlElement;
    this.#closed = undefined;
    this.#owner.complete(element, this.#closedAt);
  }
}
