import { XmlElement } from './element.js';
import type { Limits } from './limits.js';
import { isNcName } from './names.js';
import { badDeclaration, type KnownNamespace, NamespaceScope } from './namespace-scope.js';
import { NS_CLIENT, NS_COMPONENT, NS_STREAM } from './namespaces.js';
import { Origin } from './origin.js';
import type { StreamHeader } from './parser.js';
import { insideOf, type Surroundings } from './surroundings.js';
import { exceedsBytes } from './utf8.js';
import type { XmlCondition } from './xml-error.js';

/** What a document has from its surroundings, which a stream has from its header. */
export interface DocumentSetting {
  /** The default namespace of its root. */
  readonly namespace: string;
  /** The language of its root. */
  readonly lang: string | undefined;
  /** What it is told that is not exactly one element. */
  readonly notOne: XmlCondition;
}

/** Ends the stream. */
export type Refuse = (condition: XmlCondition, message: string, limit?: keyof Limits) => never;

/** What a builder asks of the parser that it is a part of. */
export interface TreeOwner {
  readonly refuse: Refuse;
  /** Whether a first-level element was asked for. */
  awaited(element: XmlElement): boolean;
  /** The start tag of a first-level element is complete. */
  started(): void;
}

/** How many attribute slots are kept for the next element. */
const KEPT_SLOTS = 64;
/** Up to so many attributes comparing each with each is the fastest. */
const FEW = 8;

/** Makes elements of tags: resolves namespaces, and holds every limit that is not about bytes of the whole. */
export class TreeBuilder implements Surroundings {
  readonly #owner: TreeOwner;
  readonly #refuse: Refuse;
  readonly #scope = new NamespaceScope();
  /** By depth: the open elements, the default namespace inside them, and where their prefixes begin. */
  readonly #open: (XmlElement | undefined)[] = [];
  readonly #defaults: string[] = [];
  readonly #marks: number[] = [];
  /** Of the tag that is being read; the array is used again, `#slots` is its length. */
  #attributes: string[] = [];
  #slots = 0;
  #prefixed = false;
  /** The same for its declarations. */
  readonly #declared: string[] = [];
  #declaredSlots = 0;
  #elements = 0;
  #origin: Origin;
  /** What a second root is, where there can be one only. */
  readonly #notOne: XmlCondition | undefined;
  /** A document has its root. */
  #rooted = false;

  limits: Limits;
  /** Whether the first-level element has the room of an answer. */
  grown = false;
  /** How many elements are open, the root among them. */
  depth = 0;
  /** The default namespace of the header, as it came. */
  contentNamespace = '';
  #lang: string | undefined;

  constructor(owner: TreeOwner, limits: Limits, document: DocumentSetting | undefined) {
    this.#owner = owner;
    this.#refuse = owner.refuse;
    this.limits = limits;
    this.#notOne = document?.notOne;
    // A document has no stream around it: its root is what a first-level element is to a stream.
    if (document) {
      this.contentNamespace = document.namespace;
      this.#lang = document.lang;
      this.#push(undefined, document.namespace, 0);
    }
    this.#origin = this.freshOrigin();
  }

  /** The default namespace of first-level elements. */
  get inside(): string {
    return this.#defaults[0] ?? '';
  }

  namespaceOf(prefix: string): string | undefined {
    return this.#scope.namespaceOf(prefix)?.uri;
  }

  /** The origin of one first-level element. */
  freshOrigin(): Origin {
    return new Origin(this.#lang);
  }

  /** Whether there are more prefixes than the limit allows, which the next declaration shows. */
  get crowded(): boolean {
    return this.#scope.size > this.limits.maxPrefixes;
  }

  /** A first-level element starts. */
  begin(): void {
    this.#elements = 0;
    this.grown = false;
    this.#origin = this.freshOrigin();
  }

  /** Gives the first-level element the room of an answer, where it is one that was asked for and does not have it. */
  grow(element = this.#open[1]): boolean {
    if (this.grown || !element || !this.#owner.awaited(element)) return false;
    const { limits } = this;
    this.grown = true;
    this.limits = {
      ...limits,
      maxStanzaBytes: Math.max(limits.maxStanzaBytes, limits.maxAnswerBytes),
      maxElements: Math.max(limits.maxElements, limits.maxAnswerElements),
    };
    return true;
  }

  /** The name of a start tag is complete, and not too long. */
  startTag(): void {
    const limits = this.limits;
    if (this.depth > limits.maxDepth) this.#exceeded('maxDepth', limits.maxDepth);
    this.#elements += 1;
    if (this.#elements > limits.maxElements && !(this.grow() && this.#elements <= this.limits.maxElements)) {
      this.#exceeded(this.grown ? 'maxAnswerElements' : 'maxElements', this.limits.maxElements);
    }
    if (this.#notOne && this.depth === 1) {
      if (this.#rooted) this.#refuse(this.#notOne, 'a second root');
      this.#rooted = true;
    }
    this.#slots = 0;
    this.#prefixed = false;
  }

  attribute(name: string, value: string): void {
    const limits = this.limits;
    if (exceedsBytes(name, limits.maxNameBytes)) this.#exceeded('maxNameBytes', limits.maxNameBytes);
    if (name.charCodeAt(0) === 0x78 && (name === 'xmlns' || name.startsWith('xmlns:'))) {
      this.#declare(name.slice(6), value, name.length > 5);
      return;
    }
    if (exceedsBytes(value, limits.maxAttributeBytes)) this.#exceeded('maxAttributeBytes', limits.maxAttributeBytes);
    if (this.#slots >= 2 * limits.maxAttributes) this.#exceeded('maxAttributes', limits.maxAttributes);
    if (name.includes(':') && name !== 'xml:lang') this.#prefixed = true;
    this.#attributes[this.#slots++] = name;
    this.#attributes[this.#slots++] = value;
  }

  /** The start tag is complete. Gives the header where it was that of the root. */
  open(tag: string): StreamHeader | undefined {
    const depth = this.depth;
    const mark = this.#scope.mark;
    let inside = depth === 0 ? '' : (this.#defaults[depth - 1] as string);
    if (this.#declaredSlots > 0) inside = this.#bind(inside);
    const colon = tag.indexOf(':');
    const namespace = colon < 0 ? inside : insideOf(this, this.#resolve(tag, colon).uri);
    const element = XmlElement.adopt(
      colon < 0 ? tag : tag.slice(colon + 1),
      namespace,
      this.#takeAttributes(),
      depth === 0 ? undefined : this.#origin,
    );
    if (depth === 0) {
      this.contentNamespace = inside;
      this.#lang = element.lang;
      // Of equal strings those that are one object are compared the fastest.
      this.#push(element, inside === NS_COMPONENT || inside === NS_CLIENT ? NS_CLIENT : inside, mark);
      return headerOf(element, inside);
    }
    if (depth > 1) (this.#open[depth - 1] as XmlElement).append(element);
    else this.#owner.started();
    // It would have no end of its own: said now, and not when the connection is gone (RFC 6120 §4.9.3.1).
    if (depth === 1 && this.#open[0] && namespace === NS_STREAM && element.name === 'stream') {
      this.#refuse('bad-format', 'a stream header inside of a stream');
    }
    this.#push(element, inside, mark);
    return undefined;
  }

  /** The innermost element is complete; gives it. */
  close(): XmlElement {
    const depth = --this.depth;
    const mark = this.#marks[depth] as number;
    if (this.#scope.mark > mark) this.#scope.rollback(mark);
    const element = this.#open[depth] as XmlElement;
    this.#open[depth] = undefined;
    return element;
  }

  text(text: string): void {
    // What comes between first-level elements is white space only, and nobody's.
    if (this.depth > 1) (this.#open[this.depth - 1] as XmlElement).adoptText(text);
  }

  #push(element: XmlElement | undefined, inside: string, mark: number): void {
    const depth = this.depth++;
    this.#open[depth] = element;
    this.#defaults[depth] = inside;
    this.#marks[depth] = mark;
  }

  #declare(prefix: string, namespace: string, withPrefix: boolean): void {
    const { maxNamespaceDecls, maxNamespaceBytes } = this.limits;
    if (this.#declaredSlots >= 2 * maxNamespaceDecls) this.#exceeded('maxNamespaceDecls', maxNamespaceDecls);
    if (exceedsBytes(namespace, maxNamespaceBytes)) this.#exceeded('maxNamespaceBytes', maxNamespaceBytes);
    if (withPrefix && prefix === '') this.#refuse('not-well-formed', 'a namespace declaration has an empty prefix');
    for (let i = 0; i < this.#declaredSlots; i += 2) {
      if (this.#declared[i] === prefix) this.#refuse('not-well-formed', 'a namespace is declared twice');
    }
    const bad = badDeclaration(prefix, namespace);
    if (bad !== undefined) this.#refuse('not-well-formed', bad);
    this.#declared[this.#declaredSlots++] = prefix;
    this.#declared[this.#declaredSlots++] = namespace;
  }

  /** Brings the declarations of the tag into scope; gives the default namespace. */
  #bind(inherited: string): string {
    const declared = this.#declared;
    const slots = this.#declaredSlots;
    this.#declaredSlots = 0;
    let inside = inherited;
    for (let i = 0; i < slots; i += 2) {
      const prefix = declared[i] as string;
      const namespace = declared[i + 1] as string;
      if (prefix !== '') this.#scope.bind(prefix, namespace);
      else inside = this.depth === 0 ? namespace : insideOf(this, namespace);
    }
    if (this.#scope.size > this.limits.maxPrefixes) this.#exceeded('maxPrefixes', this.limits.maxPrefixes);
    return inside;
  }

  #resolve(name: string, colon: number): KnownNamespace {
    const prefix = name.slice(0, colon);
    const namespace = this.#scope.namespaceOf(prefix);
    if (namespace === undefined || !isNcName(name.slice(colon + 1))) {
      this.#refuse('not-well-formed', namespace === undefined ? 'a prefix is not declared' : 'a name is malformed');
    }
    return namespace;
  }

  #takeAttributes(): string[] | undefined {
    const slots = this.#slots;
    if (slots === 0) return undefined;
    const pairs = this.#attributes.slice(0, slots);
    if (this.#attributes.length > KEPT_SLOTS) this.#attributes = [];
    if (slots > 2 && hasDuplicates(pairs)) this.#refuse('not-well-formed', 'an attribute is there twice');
    if (this.#prefixed) this.#expand(pairs);
    return pairs;
  }

  /** Puts namespaces in the place of prefixes. */
  #expand(pairs: string[]): void {
    const seen: { readonly namespace: KnownNamespace; readonly local: string }[] = [];
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] as string;
      const colon = name.indexOf(':');
      if (colon < 0 || name === 'xml:lang') continue;
      const namespace = this.#resolve(name, colon);
      if (name.startsWith('xml:')) continue;
      const local = name.slice(colon + 1);
      if (seen.some((other) => other.namespace === namespace && other.local === local)) {
        this.#refuse('not-well-formed', 'an attribute is there twice under two prefixes');
      }
      seen.push({ namespace, local });
      // Never flattened here: many attributes in a namespace with a long name hold it once.
      pairs[i] = namespace.braced + local;
    }
  }

  #exceeded(limit: keyof Limits, value: number): never {
    this.#refuse('policy-violation', `more than limits.${limit} (${value}) allows`, limit);
  }
}

function hasDuplicates(pairs: readonly string[]): boolean {
  if (pairs.length > 2 * FEW) return new Set(pairs.filter((_, i) => i % 2 === 0)).size < pairs.length / 2;
  for (let i = 2; i < pairs.length; i += 2) {
    const name = pairs[i];
    for (let j = 0; j < i; j += 2) if (pairs[j] === name) return true;
  }
  return false;
}

function headerOf(root: XmlElement, contentNamespace: string): StreamHeader {
  return {
    name: root.name,
    namespace: root.namespace,
    contentNamespace,
    to: root.attribute('to'),
    from: root.attribute('from'),
    id: root.attribute('id'),
    version: root.attribute('version'),
    lang: root.lang,
  };
}
