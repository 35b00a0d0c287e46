import { checkNode } from './node-check.js';
import { type Origin, ReadOnlyError } from './origin.js';
import { OwnStrings } from './own-string.js';
import { quotedTag } from './quoted.js';
import { serialize } from './serialize.js';

/** What an element can hold. */
export type XmlNode = XmlElement | string;

/** What stands in an element that nobody has looked into yet. @internal */
export interface Unread {
  /** Of its text. */
  readonly bytes: number;
  /** An element with the same attributes and children. */
  read(origin: Origin | undefined): XmlElement;
  /** The same, holding on to nothing but its own text. */
  compact(own: OwnStrings): Unread;
}

// Most elements have no attributes or no children: they share these, and get lists of their own before the first write.
const NONE = Object.freeze([]) as unknown as XmlNode[];
const NO_ATTRIBUTES = Object.freeze([]) as unknown as string[];

/**
 * An XML element: the only mutable truth; every stanza object is a view over one.
 *
 * Attributes are named as they stand where they have no prefix (`id`), `xml:lang` for those of the `xml` prefix, and
 * `{namespace}local` for all others. No name is special: `__proto__` and `constructor` are data.
 */
export class XmlElement {
  readonly #name: string;
  readonly #namespace: string;
  /** Name and value in turn: stanzas have few attributes, so a scan beats a table, and no name can hit a prototype. */
  #attributes: string[];
  #children: XmlNode[] = NONE;
  /** Attributes and children are still to be made of it. */
  #unread: Unread | undefined = undefined;
  /** What it was made of, where a whole stanza was: as long as nobody has written to it. */
  #whole: Unread | undefined = undefined;
  /** The last stanza object made over this element; see `viewOf`. */
  view: object | undefined = undefined;
  #origin: Origin | undefined = undefined;
  /** Somebody has the list of children, which is therefore not written to any more. */
  #handedOut = false;

  constructor(
    name: string,
    namespace: string,
    /** Name-value pairs; a record is read by its own enumerable keys, undefined values are left out. */
    attributes?: Readonly<Record<string, string | undefined>> | undefined,
  ) {
    this.#name = name;
    this.#namespace = namespace;
    this.#attributes = NO_ATTRIBUTES;
    if (attributes) {
      const pairs: string[] = [];
      this.#attributes = pairs;
      for (const key of Object.keys(attributes)) {
        const value = attributes[key];
        if (value !== undefined) pairs.push(key, value);
      }
    }
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  /**
   * For parsers: takes over the arrays of names and values and of children without looking at them.
   * @internal
   */
  static adopt(
    name: string,
    namespace: string,
    pairs: string[] | undefined,
    origin: Origin | undefined,
    nodes?: XmlNode[],
    whole?: Unread,
  ): XmlElement {
    const element = new XmlElement(name, namespace);
    element.#whole = whole;
    if (pairs !== undefined) element.#attributes = pairs;
    if (nodes !== undefined) element.#children = nodes;
    element.#origin = origin;
    return element;
  }

  /**
   * For parsers: an element that is filled when somebody looks into it.
   * @internal
   */
  static unread(name: string, namespace: string, unread: Unread, origin: Origin | undefined): XmlElement {
    const element = new XmlElement(name, namespace);
    element.#unread = unread;
    element.#origin = origin;
    return element;
  }

  /**
   * For parsers: appends text, joined with that which stands right before.
   * @internal
   */
  adoptText(text: string): void {
    this.#writable();
    const children = this.#children;
    const last = children.length - 1;
    if (last >= 0 && typeof children[last] === 'string') children[last] += text;
    else this.#push(text);
  }

  /**
   * Where it came from, shared by all elements of one received stanza; undefined on elements made here.
   * @throws ReadOnlyError where a received one is given another.
   */
  get origin(): Origin | undefined {
    return this.#origin;
  }

  set origin(origin: Origin | undefined) {
    if (origin === this.#origin) return;
    if (this.#origin?.sealed === true) throw new ReadOnlyError(this);
    this.#whole = undefined;
    this.#origin = origin;
  }

  /** Local name. */
  get name(): string {
    return this.#name;
  }

  /** Namespace URI; empty for none. */
  get namespace(): string {
    return this.#namespace;
  }

  /** The value of an attribute, or undefined. */
  attribute(name: string): string | undefined {
    if (this.#unread !== undefined) this.#fill();
    const pairs = this.#attributes;
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1];
    return undefined;
  }

  /** Sets an attribute; undefined removes it. @throws ReadOnlyError on a received stanza. */
  setAttribute(name: string, value: string | undefined): this {
    this.#writable();
    const pairs = this.#attributes;
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] === name) {
        if (value === undefined) pairs.splice(i, 2);
        else pairs[i + 1] = value;
        return this;
      }
    }
    if (value === undefined) return this;
    if (pairs === NO_ATTRIBUTES) this.#attributes = [name, value];
    else pairs.push(name, value);
    return this;
  }

  /** The attributes as name-value pairs, in document order. */
  attributes(): [name: string, value: string][] {
    if (this.#unread !== undefined) this.#fill();
    const pairs = this.#attributes;
    const entries: [string, string][] = [];
    for (let i = 0; i < pairs.length; i += 2) entries.push([pairs[i] as string, pairs[i + 1] as string]);
    return entries;
  }

  /** How many attributes there are. */
  get attributeCount(): number {
    if (this.#unread !== undefined) this.#fill();
    return this.#attributes.length >> 1;
  }

  /** The name of the attribute at that place; `attributes()` without making a list. */
  attributeNameAt(index: number): string | undefined {
    return this.#attributes[2 * index];
  }

  /** The value of the attribute at that place. */
  attributeValueAt(index: number): string | undefined {
    return this.#attributes[2 * index + 1];
  }

  /** Bytes of its text where nobody has looked into it yet, so that nothing was made of it; else undefined. */
  get unreadBytes(): number | undefined {
    return this.#unread?.bytes;
  }

  /** Elements and text in document order, as they are now: the list does not change any more. */
  get children(): readonly XmlNode[] {
    if (this.#unread !== undefined) this.#fill();
    if (!this.#handedOut) {
      this.#handedOut = true;
      Object.freeze(this.#children);
    }
    return this.#children;
  }

  /** How many elements and texts there are inside. */
  get nodeCount(): number {
    if (this.#unread !== undefined) this.#fill();
    return this.#children.length;
  }

  /** The element or text at that place; `children` without making a list that does not change. */
  nodeAt(index: number): XmlNode | undefined {
    if (this.#unread !== undefined) this.#fill();
    return this.#children[index];
  }

  /** The child elements, without the text between them. */
  *elements(): IterableIterator<XmlElement> {
    if (this.#unread !== undefined) this.#fill();
    for (const child of this.#children) if (typeof child !== 'string') yield child;
  }

  /** The first child element, of any name; most iq stanzas have just this one. */
  get firstElement(): XmlElement | undefined {
    if (this.#unread !== undefined) this.#fill();
    for (const child of this.#children) if (typeof child !== 'string') return child;
    return undefined;
  }

  /** The first child element of that name; the namespace is this element's own unless given. */
  child(name: string, namespace: string = this.namespace): XmlElement | undefined {
    if (this.#unread !== undefined) this.#fill();
    const children = this.#children;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as XmlNode;
      if (typeof child !== 'string' && child.name === name && child.namespace === namespace) return child;
    }
    return undefined;
  }

  /** Every child element of that name; the namespace is this element's own unless given. */
  childrenNamed(name: string, namespace: string = this.namespace): XmlElement[] {
    if (this.#unread !== undefined) this.#fill();
    const found: XmlElement[] = [];
    for (const child of this.#children) {
      if (typeof child !== 'string' && child.name === name && child.namespace === namespace) found.push(child);
    }
    return found;
  }

  /** Adds nodes at the end. @throws ReadOnlyError on a received stanza. TypeError for what is neither element nor text. */
  append(...nodes: XmlNode[]): this {
    this.#writable();
    for (const node of nodes) checkNode(node, this.name);
    for (const node of nodes) if (node !== '') this.#push(node);
    return this;
  }

  /**
   * Adds a node at a position among the children.
   * @throws ReadOnlyError on a received stanza. TypeError for what is neither element nor text.
   */
  insert(index: number, node: XmlNode): this {
    this.#writable();
    checkNode(node, this.name);
    if (this.#children === NONE) this.#children = [];
    this.#children.splice(index, 0, node);
    return this;
  }

  /** Takes a child out; returns whether it was there. @throws ReadOnlyError on a received stanza. */
  remove(node: XmlNode): boolean {
    this.#writable();
    const index = this.#children.indexOf(node);
    if (index >= 0) this.#children.splice(index, 1);
    return index >= 0;
  }

  /** Takes all children out. @throws ReadOnlyError on a received stanza. */
  clear(): this {
    this.#writable();
    this.#children = NONE;
    return this;
  }

  /** The text directly inside, that of child elements not included. */
  get text(): string {
    if (this.#unread !== undefined) this.#fill();
    const children = this.#children;
    if (children.length === 1 && typeof children[0] === 'string') return children[0];
    let text = '';
    for (const child of children) if (typeof child === 'string') text += child;
    return text;
  }

  /** Replaces all children by this text. */
  set text(value: string) {
    this.#writable();
    this.#children = value === '' ? NONE : [value];
  }

  /** Its `xml:lang` attribute; an inherited one is not looked for. */
  get lang(): string | undefined {
    return this.attribute('xml:lang');
  }

  /** A deep copy that may be written to and knows nothing of where the original came from. */
  copy(): XmlElement {
    if (this.#unread !== undefined) this.#fill();
    const copy = new XmlElement(this.name, this.namespace);
    if (this.#attributes.length > 0) copy.#attributes = this.#attributes.slice();
    if (this.#children.length > 0) {
      copy.#children = this.#children.map((child) => (typeof child === 'string' ? child : child.copy()));
    }
    return copy;
  }

  /**
   * A deep copy for what is kept longer than its event: it holds on to nothing of the text that the stanza was read from, which
   * is often many times as large. That of a received stanza has the same origin: it is read-only too, and answers to it count as
   * answers to the stanza.
   */
  compact(): XmlElement {
    const origin = this.#origin;
    const own = new OwnStrings();
    if (this.#whole && origin?.sealed && !origin.changed) {
      return XmlElement.unread(own.name(this.name), own.name(this.namespace), this.#whole.compact(own), origin);
    }
    return this.#compact(own, origin?.sealed === false ? origin.copy() : origin);
  }

  #compact(own: OwnStrings, origin: Origin | undefined): XmlElement {
    const compact = new XmlElement(own.name(this.name), own.name(this.namespace));
    compact.#origin = origin;
    compact.#unread = this.#unread?.compact(own);
    if (this.#attributes.length > 0) {
      compact.#attributes = this.#attributes.map((text, i) => (i % 2 === 0 ? own.name(text) : own.value(text)));
    }
    if (this.#children.length > 0) {
      compact.#children = this.#children.map((child) =>
        typeof child === 'string' ? own.value(child) : child.#compact(own, origin),
      );
    }
    return compact;
  }

  /** Whether writing throws: true once a received stanza is handed to handlers. */
  get readOnly(): boolean {
    return this.#origin?.sealed === true;
  }

  /** It as XML text, with its namespace declared. @throws SerializeError for what XML cannot hold. */
  toString(): string {
    return serialize(this);
  }

  /** For JSON: the XML text. @throws SerializeError for what XML cannot hold. */
  toJSON(): string {
    return this.toString();
  }

  /** What Node's console shows: the XML. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    try {
      return this.toString();
    } catch {
      return `${quotedTag(this)} with what XML cannot hold`;
    }
  }

  #writable(): void {
    const origin = this.#origin;
    if (origin !== undefined) {
      if (origin.sealed) throw new ReadOnlyError(this);
      origin.changed = true;
      this.#whole = undefined;
    }
    if (this.#unread !== undefined) this.#fill();
    if (this.#handedOut) {
      this.#handedOut = false;
      this.#children = this.#children.length === 0 ? NONE : this.#children.slice();
    }
  }

  #push(node: XmlNode): void {
    if (this.#children === NONE) this.#children = [node];
    else this.#children.push(node);
  }

  #fill(): void {
    const read = this.#unread?.read(this.#origin);
    if (read === undefined) return;
    this.#unread = undefined;
    this.#attributes = read.#attributes;
    this.#children = read.#children;
  }
}
