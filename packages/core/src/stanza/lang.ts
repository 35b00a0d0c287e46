import { XmlElement, type XmlNode } from '@sestina/xml';
import { text } from './codec.js';
import { type Field, ValueField } from './field.js';

/**
 * The language variants of a text child, as `<body xml:lang='cs'/>` (RFC 6121 §5.2.3). A child without `xml:lang` has the
 * language of its parent; it goes by the empty string where the parent has none.
 */
export class LangTexts implements Iterable<[lang: string, text: string]> {
  readonly #owner: XmlElement;
  readonly #name: string;

  constructor(owner: XmlElement, name: string) {
    this.#owner = owner;
    this.#name = name;
  }

  *[Symbol.iterator](): IterableIterator<[lang: string, text: string]> {
    for (const child of this.#owner.childrenNamed(this.#name)) yield [this.#langOf(child), child.text];
  }

  get size(): number {
    return this.#owner.childrenNamed(this.#name).length;
  }

  /** The text in exactly that language; without one, that of the parent's own language. */
  get(lang: string = this.#owner.lang ?? ''): string | undefined {
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
          children.find((child) => isLang(this.#langOf(child), range)) ??
          children.find((child) => isLang(this.#langOf(child).slice(0, range.length + 1), `${range}-`));
        if (found) return found.text;
      }
    }
    return defaultChild(this.#owner, this.#name)?.text;
  }

  #langOf(child: XmlElement): string {
    return child.lang ?? this.#owner.lang ?? '';
  }

  #all(lang: string): XmlElement[] {
    return this.#owner.childrenNamed(this.#name).filter((child) => isLang(this.#langOf(child), lang));
  }
}

/** Language tags do not heed case (RFC 5646 §2.1.1). */
function isLang(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** The one in the stanza's own language; of several, the first. */
function ownChild(owner: XmlElement, name: string): XmlElement | undefined {
  const found = defaultChild(owner, name);
  return found && isOwn(found, owner) ? found : undefined;
}

/** The one in the stanza's own language, else the first. */
function defaultChild(owner: XmlElement, name: string): XmlElement | undefined {
  const { children, namespace } = owner;
  let first: XmlElement | undefined;
  for (let i = 0; i < children.length; i++) {
    const child = children[i] as XmlNode;
    if (typeof child === 'string' || child.name !== name || child.namespace !== namespace) continue;
    if (isOwn(child, owner)) return child;
    first ??= child;
  }
  return first;
}

function isOwn({ lang }: XmlElement, owner: XmlElement): boolean {
  return lang === undefined || isLang(lang, owner.lang ?? '');
}

/**
 * The text of a child that may stand there in several languages: the one in the stanza's own language, else the first.
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
    () => undefined,
  );
}

/** All language variants of a text child. Writing takes pairs of language and text. */
export function langTexts(
  name: string,
): Field<LangTexts, Iterable<readonly [lang: string, text: string]>> & { readonly readOnly: true } {
  return {
    readOnly: true,
    get: (xml) => new LangTexts(xml, name),
    set: (xml, pairs) => {
      const all = [...(pairs ?? [])];
      for (const old of xml.childrenNamed(name)) xml.remove(old);
      const texts = new LangTexts(xml, name);
      for (const [lang, value] of all) texts.set(lang, value);
    },
  };
}
