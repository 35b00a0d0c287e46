import { XmlElement } from '@sestina/core';

/** The namespace of vCard 4 in XML (RFC 6351), which is announced as a feature. */
export const NS_VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';

/** The kinds of value that a property may have (RFC 6351 §5). */
export type VCard4ValueType =
  | 'boolean'
  | 'date'
  | 'date-and-or-time'
  | 'date-time'
  | 'float'
  | 'integer'
  | 'language-tag'
  | 'text'
  | 'time'
  | 'timestamp'
  | 'uri'
  | 'utc-offset';

/** What is said of a property that is added. */
export interface VCard4PropertyInit {
  /** @default 'text' */
  readonly valueType?: VCard4ValueType | undefined;
  /** As `home`, `work`, `cell`. */
  readonly types?: readonly string[] | undefined;
  /** From 1, the most preferred one, to 100. */
  readonly preference?: number | undefined;
}

const PARAMETERS = 'parameters';

/** A property of a card with its parameters; a view of its element, in which all that is unknown stays. */
export class VCard4Property {
  readonly xml: XmlElement;
  /** The name of the group that it stands in; undefined for none. */
  readonly group: string | undefined;

  constructor(xml: XmlElement, group?: string) {
    this.xml = xml;
    this.group = group;
  }

  /** As `tel`. */
  get name(): string {
    return this.xml.name;
  }

  /** Its value, or the first of several, whatever its kind. */
  get value(): string | undefined {
    return this.#values[0]?.text;
  }

  set value(text: string) {
    const [first] = this.#values;
    if (first) first.text = text;
    else this.xml.append(new XmlElement('text', NS_VCARD4).append(text));
  }

  /** All of its values: of `org` the organisation and its units. */
  get values(): readonly string[] {
    return this.#values.map(({ text }) => text);
  }

  /** The kind of its value, as `uri`; of a structured property the name of its first component. */
  get valueType(): string | undefined {
    return this.#values[0]?.name;
  }

  /** The texts of a component of a structured property: `adr` has `street`, `n` has `surname`. */
  component(name: string): readonly string[] {
    return this.xml.childrenNamed(name, NS_VCARD4).map(({ text }) => text);
  }

  /** Writes a component in place of those of that name. */
  setComponent(name: string, texts: readonly string[]): void {
    for (const old of this.xml.childrenNamed(name, NS_VCARD4)) this.xml.remove(old);
    for (const text of texts) this.xml.append(new XmlElement(name, NS_VCARD4).append(text));
  }

  /** The values of a parameter: `type`, `language`, `mediatype`. */
  parameter(name: string): readonly string[] {
    const parameter = this.xml.child(PARAMETERS, NS_VCARD4)?.child(name, NS_VCARD4);
    if (!parameter) return [];
    const values = elementsIn(parameter);
    // Some write the value without its kind.
    return values.length > 0 ? values.map(({ text }) => text) : [parameter.text];
  }

  /** Writes a parameter; none of the values takes it away. */
  setParameter(name: string, texts: readonly string[], valueType: VCard4ValueType = 'text'): void {
    let parameters = this.xml.child(PARAMETERS, NS_VCARD4);
    for (const old of parameters?.childrenNamed(name, NS_VCARD4) ?? []) parameters?.remove(old);
    if (texts.length > 0) {
      if (!parameters) {
        parameters = new XmlElement(PARAMETERS, NS_VCARD4);
        this.xml.insert(0, parameters);
      }
      const parameter = new XmlElement(name, NS_VCARD4);
      for (const text of texts) parameter.append(new XmlElement(valueType, NS_VCARD4).append(text));
      parameters.append(parameter);
    } else if (parameters && elementsIn(parameters).length === 0) {
      this.xml.remove(parameters);
    }
  }

  /** As `home`, `work`, `cell`, in lower case. */
  get types(): readonly string[] {
    return this.parameter('type').map((type) => type.trim().toLowerCase());
  }

  /** From 1, the most preferred one, to 100; undefined where nothing is said. */
  get preference(): number | undefined {
    const [text = ''] = this.parameter('pref');
    const value = /^\s*\d{1,3}\s*$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= 100 ? value : undefined;
  }

  get #values(): readonly XmlElement[] {
    return elementsIn(this.xml).filter(({ name }) => name !== PARAMETERS);
  }
}

/** The elements of vCard 4 in another one. */
export function elementsIn(xml: XmlElement): XmlElement[] {
  return xml.children.filter((node): node is XmlElement => typeof node !== 'string' && node.namespace === NS_VCARD4);
}
