import { XmlElement, type XmlNode } from '@sestina/xml';
import { text } from './codec.js';
import { type Field, ValueField } from './field.js';
import { absent } from './slots.js';
import type { WRITTEN, WrittenAs } from './written.js';

/** Texts by language, as they are written: `{ en: 'Hello', cs: 'Ahoj' }`, a `LangMap`, a `Map`, pairs of language and text. */
export type LangInput = Iterable<readonly [lang: string, text: string]> | Readonly<Record<string, string>>;

/**
 * A text in several languages (RFC 6121 §5.2.3): one value for all of `<body/>` and `<body xml:lang='cs'/>`. One of an element is
 * live: it reads and writes that. A text without `xml:lang` has the language of its element, else that of the stream it came in
 * on (RFC 6120 §8.1.5); where there is neither it goes by the empty string.
 */
export class LangMap implements Iterable<[lang: string, text: string]>, WrittenAs<LangInput | undefined> {
  declare readonly [WRITTEN]: LangInput | undefined;
  readonly #owner: XmlElement;
  readonly #name: string;

  /** One of its own, to be given to a property. */
  constructor(texts?: LangInput);
  /** The texts in the children of that name. */
  constructor(owner: XmlElement, name: string);
  constructor(source: LangInput | XmlElement = [], name = 'text') {
    const isOwner = source instanceof XmlElement;
    this.#owner = isOwner ? source : new XmlElement('texts', '');
    this.#name = name;
    if (isOwner) return;
    for (const [lang, value] of pairsOf(source)) this.set(lang, value);
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
  }

  *[Symbol.iterator](): IterableIterator<[lang: string, text: string]> {
    for (const child of this.#owner.childrenNamed(this.#name)) yield [langOf(child, this.#owner), child.text];
  }

  get size(): number {
    return this.#owner.childrenNamed(this.#name).length;
  }

  /** The text in exactly that language; without one, that of the element's own language. */
  get(lang: string = ownLang(this.#owner)): string | undefined {
    return this.#all(lang)[0]?.text;
  }

  /** Writes the text in that language; undefined removes it. @throws ReadOnlyError on a received stanza. */
  set(lang: string, value: string | undefined): this {
    const [existing] = this.#all(lang);
    if (value === undefined) {
      for (const old of this.#all(lang)) this.#owner.remove(old);
    } else if (existing) {
      existing.text = text.encode(value);
    } else {
      // What it inherits of a stream it has not where it is sent.
      const own = isLang(lang, this.#owner.lang ?? '');
      const child = new XmlElement(this.#name, this.#owner.namespace, own ? {} : { 'xml:lang': lang });
      this.#owner.append(child.append(text.encode(value)));
    }
    return this;
  }

  /**
   * The text in the first of these languages that there is; else the default one. `en-GB` is served by `en-GB`, else by
   * `en`, else by another English (RFC 4647 §3.4).
   */
  best(...preferred: string[]): string | undefined {
    const children = this.#owner.childrenNamed(this.#name);
    for (const wanted of preferred) {
      for (let range = wanted; range !== ''; range = range.slice(0, Math.max(range.lastIndexOf('-'), 0))) {
        const found =
          children.find((child) => isLang(langOf(child, this.#owner), range)) ??
          children.find((child) => isLang(langOf(child, this.#owner).slice(0, range.length + 1), `${range}-`));
        if (found) return found.text;
      }
    }
    return defaultChild(this.#owner, this.#name)?.text;
  }

  /** For JSON: the texts by language. */
  toJSON(): Record<string, string> {
    return Object.fromEntries(this);
  }

  #all(lang: string): XmlElement[] {
    return this.#owner.childrenNamed(this.#name).filter((child) => isLang(langOf(child, this.#owner), lang));
  }
}

function pairsOf(texts: LangInput): (readonly [lang: string, text: string])[] {
  if (typeof texts === 'string') throw new TypeError('expected texts by language, got one text');
  return Symbol.iterator in texts ? [...texts] : Object.entries(texts);
}

/** The language of an element that says none for its children: its own, else the stream's. */
function ownLang(owner: XmlElement): string {
  return owner.lang ?? owner.origin?.lang ?? '';
}

function langOf(child: XmlElement, owner: XmlElement): string {
  return child.lang ?? ownLang(owner);
}

/** Language tags do not heed case (RFC 5646 §2.1.1). */
function isLang(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** The one in the element's own language; of several, the first. */
function ownChild(owner: XmlElement, name: string): XmlElement | undefined {
  const found = defaultChild(owner, name);
  return found && isOwn(found, owner) ? found : undefined;
}

/** The one in the element's own language, else the first. */
function defaultChild(owner: XmlElement, name: string): XmlElement | undefined {
  const { nodeCount, namespace } = owner;
  let first: XmlElement | undefined;
  for (let i = 0; i < nodeCount; i++) {
    const child = owner.nodeAt(i) as XmlNode;
    if (typeof child === 'string' || child.name !== name || child.namespace !== namespace) continue;
    if (isOwn(child, owner)) return child;
    first ??= child;
  }
  return first;
}

function isOwn({ lang }: XmlElement, owner: XmlElement): boolean {
  return lang === undefined || isLang(lang, ownLang(owner));
}

/**
 * The text of a child that may stand there in several languages: the one in the element's own language, else the first.
 * Writing leaves the other languages alone, undefined removes them all.
 */
export function langText(name: string): ValueField<string> {
  return new ValueField<string>(
    {
      where: `<${name}/>`,
      read: (xml) => defaultChild(xml, name)?.text,
      write: (xml, raw) => {
        const existing = ownChild(xml, name);
        if (raw === undefined) {
          for (const child of xml.childrenNamed(name)) xml.remove(child);
        } else if (existing) {
          existing.text = raw;
        } else {
          xml.append(new XmlElement(name, xml.namespace).append(raw));
        }
      },
    },
    text,
    absent,
  );
}

/** All languages of a text child as one value. Writing replaces all of them; undefined removes them. */
export function langMap(name: string): Field<LangMap, LangInput | undefined> {
  return {
    get: (xml) => new LangMap(xml, name),
    set: (xml, texts) => {
      // Before the old ones are gone: they may be what is written.
      const all = pairsOf(texts ?? []).map(([lang, value]) => [lang, text.encode(value)] as const);
      for (const old of xml.childrenNamed(name)) xml.remove(old);
      const map = new LangMap(xml, name);
      for (const [lang, value] of all) map.set(lang, value);
    },
  };
}
