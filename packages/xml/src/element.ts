import { SestinaError } from './errors.js';
import { quotedTag } from './quoted.js';
import { serialize } from './serialize.js';

/** What an element can hold. */
export type XmlNode = XmlElement | string;

/** An address that was read already; its text in full. */
export interface OriginAddress {
  readonly full: string;
}

/**
 * Where an element came from, one object for a whole parsed stanza: sealing it makes every element of the stanza
 * read-only at once, without a walk.
 */
export interface Origin {
  sealed: boolean;
  /** The stream it came in on or is meant for; the stream sets it. */
  stream?: unknown;
  /** The sender of the stanza, where the stream has read it already. Whoever takes it compares its text with the attribute. */
  from?: OriginAddress | undefined;
  /** The same for the receiver. */
  to?: OriginAddress | undefined;
  /** For a reply: the origin of the request that it answers. */
  request?: Origin;
  /** For a request: an answer has been given. */
  answered?: boolean;
}

/** What stands in an element that nobody has looked into yet. @internal */
export interface Unread {
  /** An element with the same attributes and children. */
  read(origin: Origin | undefined): XmlElement;
}

/** Thrown where a received stanza is written to. */
export class ReadOnlyError extends SestinaError {
  readonly code = 'ERR_READ_ONLY';

  constructor(element: XmlElement) {
    super(
      `${quotedTag(element)} was received and is shared by all handlers, so it is read-only: ` +
        'write to a copy() of it',
    );
  }
}

// Most elements have no attributes or no children: they share these, which nobody ever writes to.
const NONE: XmlNode[] = []; // module-state: the empty list, copied before the first write

const NO_ATTRIBUTES: string[] = []; // module-state: the empty list, copied before the first write

/**
 * An XML element: the only mutable truth; every stanza object is a view over one.
 *
 * Attributes are named as they stand where they have no prefix (`id`), `xml:lang` for those of the `xml` prefix, and
 * `{namespace}local` for all others. No name is special: `__proto__` and `constructor` are data.
 */
export class XmlElement {
  /** Name and value in turn: stanzas have few attributes, so a scan beats a table, and no name can hit a prototype. */
  #attributes: string[];
  #children: XmlNode[] = NONE;
  /** Attributes and children are still to be made of it. */
  #unread: Unread | undefined = undefined;
  /** The last stanza object made over this element; see `viewOf`. */
  view: object | undefined = undefined;
  /** Shared by all elements of one received stanza; undefined on elements made here. */
  origin: Origin | undefined;

  constructor(
    /** Local name. */
    readonly name: string,
    /** Namespace URI; empty for none. */
    readonly namespace: string,
    /** Name-value pairs; a record is read by its own enumerable keys, undefined values are left out. */
    attributes?: Readonly<Record<string, string | undefined>> | undefined,
  ) {
    this.#attributes = NO_ATTRIBUTES;
    this.origin = undefined;
    if (attributes) {
      const pairs: string[] = [];
      this.#attributes = pairs;
      for (const key of Object.keys(attributes)) {
        const value = attributes[key];
        if (value !== undefined) pairs.push(key, value);
      }
    }
  }

  /**
   * For parsers: takes over the array of names and values without looking at it.
   * @internal
   */
  static adopt(name: string, namespace: string, pairs: string[] | undefined, origin: Origin | undefined): XmlElement {
    const element = new XmlElement(name, namespace);
    if (pairs !== undefined) element.#attributes = pairs;
    element.origin = origin;
    return element;
  }

  /**
   * For parsers: an element that is filled when somebody looks into it.
   * @internal
   */
  static unread(name: string, namespace: string, unread: Unread, origin: Origin | undefined): XmlElement {
    const element = new XmlElement(name, namespace);
    element.#unread = unread;
    element.origin = origin;
    return element;
  }

  /**
   * For parsers: appends without the read-only check.
   * @internal
   */
  adoptChild(node: XmlNode): void {
    if (this.#children === NONE) this.#children = [node];
    else this.#children.push(node);
  }

  /**
   * For parsers: takes over the array of children of an element that has none.
   * @internal
   */
  adoptChildren(nodes: XmlNode[]): void {
    this.#children = nodes;
  }

  /**
   * For parsers: like `adoptChild`, but joins the text that stands right before.
   * @internal
   */
  adoptText(text: string): void {
    const children = this.#children;
    const last = children.length - 1;
    if (last < 0) this.#children = [text];
    else if (typeof children[last] === 'string') children[last] += text;
    else children.push(text);
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

  /** Names and values in turn, not to be written to: what the serializer walks. @internal */
  get attributePairs(): readonly string[] {
    if (this.#unread !== undefined) this.#fill();
    return this.#attributes;
  }

  /** Elements and text in document order. */
  get children(): readonly XmlNode[] {
    if (this.#unread !== undefined) this.#fill();
    return this.#children;
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

  /** Adds nodes at the end. @throws ReadOnlyError on a received stanza. */
  append(...nodes: XmlNode[]): this {
    this.#writable();
    for (const node of nodes) if (node !== '') this.adoptChild(node);
    return this;
  }

  /** Adds a node at a position among the children. @throws ReadOnlyError on a received stanza. */
  insert(index: number, node: XmlNode): this {
    this.#writable();
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
    for (const child of this.#children) copy.adoptChild(typeof child === 'string' ? child : child.copy());
    return copy;
  }

  /** Whether writing throws: true once a received stanza is handed to handlers. */
  get readOnly(): boolean {
    return this.origin?.sealed === true;
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
    if (this.origin?.sealed === true) throw new ReadOnlyError(this);
    if (this.#unread !== undefined) this.#fill();
  }

  #fill(): void {
    const read = this.#unread?.read(this.origin);
    if (read === undefined) return;
    this.#unread = undefined;
    this.#attributes = read.#attributes;
    this.#children = read.#children;
  }
}
