import { XmlElement } from '../xml/element.js';
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
    return this.#find(lang)?.text;
  }

  /** Writes the text in that language; undefined removes it. */
  set(lang: string, value: string | undefined): this {
    const existing = this.#find(lang);
    if (value === undefined) {
      if (existing) this.#owner.remove(existing);
    } else if (existing) {
      existing.text = value;
    } else {
      const own = lang === (this.#owner.lang ?? '');
      const child = new XmlElement(this.#name, this.#owner.namespace, own ? {} : { 'xml:lang': lang });
      this.#owner.append(child.append(value));
    }
    return this;
  }

  /** The text in the first of these languages that there is, `en` standing for `en-GB` too; else the default one. */
  best(...preferred: string[]): string | undefined {
    const children = this.#owner.childrenNamed(this.#name);
    for (const wanted of preferred.map((lang) => lang.toLowerCase())) {
      for (const child of children) {
        const lang = this.#langOf(child).toLowerCase();
        if (lang === wanted || lang.startsWith(`${wanted}-`)) return child.text;
      }
    }
    return defaultChild(this.#owner, this.#name)?.text;
  }

  #langOf(child: XmlElement): string {
    return child.lang ?? this.#owner.lang ?? '';
  }

  #find(lang: string): XmlElement | undefined {
    const wanted = lang.toLowerCase();
    return this.#owner.childrenNamed(this.#name).find((child) => this.#langOf(child).toLowerCase() === wanted);
  }
}

/** The one in the stanza's own language, else the first. */
function defaultChild(owner: XmlElement, name: string): XmlElement | undefined {
  let first: XmlElement | undefined;
  for (const child of owner.children) {
    if (typeof child === 'string' || child.name !== name || child.namespace !== owner.namespace) continue;
    const { lang } = child;
    if (lang === undefined || lang === owner.lang) return child;
    first ??= child;
  }
  return first;
}

/** The text of a child that may stand there in several languages: the one in the stanza's own language, else the first. */
export function langText(name: string): ValueField<string> {
  return new ValueField<string>(
    {
      where: `<${name}/>`,
      read: (xml) => defaultChild(xml, name)?.text,
      write: (xml, raw) => {
        const existing = defaultChild(xml, name);
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
      const all = [...pairs];
      for (const old of xml.childrenNamed(name)) xml.remove(old);
      const texts = new LangTexts(xml, name);
      for (const [lang, value] of all) texts.set(lang, value);
    },
  };
}
