import { element, type Field, XmlElement } from '@sestina/core';
import { elementsIn, NS_VCARD4, VCard4Property, type VCard4PropertyInit, type VCard4ValueType } from './property.js';

/** The properties of a card in their order, those in groups too. */
function propertiesIn(xml: XmlElement, name?: string): VCard4Property[] {
  return elementsIn(xml)
    .flatMap((each) =>
      each.name === 'group'
        ? elementsIn(each).map((inner) => new VCard4Property(inner, each.attribute('name') ?? ''))
        : [new VCard4Property(each)],
    )
    .filter((property) => name === undefined || property.name === name);
}

function added(xml: XmlElement, name: string, value: string, init: VCard4PropertyInit = {}): VCard4Property {
  const { valueType = 'text', types = [], preference } = init;
  const property = new VCard4Property(new XmlElement(name, NS_VCARD4));
  property.setParameter('type', types);
  if (preference !== undefined) property.setParameter('pref', [String(preference)], 'integer');
  property.xml.append(new XmlElement(valueType, NS_VCARD4).append(value));
  return new VCard4Property(xml.append(property.xml).childrenNamed(name, NS_VCARD4).at(-1) ?? property.xml);
}

function dropped(xml: XmlElement, { xml: property }: VCard4Property): void {
  for (const parent of [xml, ...xml.childrenNamed('group', NS_VCARD4)]) parent.remove(property);
}

/** The value of the first property of that name. */
function first(name: string, valueType: VCard4ValueType = 'text'): Field<string | undefined> {
  return {
    get: (xml) => propertiesIn(xml, name)[0]?.value,
    set: (xml, value) => {
      const found = propertiesIn(xml, name);
      if (value === undefined) for (const each of found) dropped(xml, each);
      else if (found[0]) found[0].value = value;
      else added(xml, name, value, { valueType });
    },
  };
}

/** The values of all properties of that name. What stays among them keeps its parameters and its group. */
function all(name: string, valueType: VCard4ValueType = 'text'): Field<readonly string[], Iterable<string> & object> {
  return {
    get: (xml) => propertiesIn(xml, name).flatMap(({ value }) => (value === undefined ? [] : [value])),
    set: (xml, values) => {
      const wanted = [...(values ?? [])];
      for (const property of propertiesIn(xml, name)) {
        const at = wanted.indexOf(property.value ?? '');
        if (at < 0) dropped(xml, property);
        else wanted.splice(at, 1);
      }
      for (const value of wanted) added(xml, name, value, { valueType });
    },
  };
}

/** `<vcard/>`: what somebody says of itself, or what we say of somebody (RFC 6350). All that is unknown in it stays where it is. */
export class VCard4 extends element('vcard', NS_VCARD4, {
  /** What somebody is called, as it is shown. */
  fullName: first('fn'),
  nicknames: all('nickname'),
  /** A day, in one of the notations of RFC 6350 §4.3, or a text. */
  birthday: first('bday', 'date'),
  title: first('title'),
  role: first('role'),
  note: first('note'),
  /** What it is a card of: `individual`, `group`, `org`, `location`. */
  kind: first('kind'),
  /** Addresses of pictures; a `data:` address has the picture in it. Nothing is ever fetched from there. */
  photos: all('photo', 'uri'),
  urls: all('url', 'uri'),
  /** Addresses for messages, as `xmpp:juliet@capulet.example`. */
  impps: all('impp', 'uri'),
}) {
  /** The properties in their order, those in groups too; of one name where that is given, as `tel`. */
  properties(name?: string): readonly VCard4Property[] {
    return propertiesIn(this.xml, name);
  }

  /** Adds a property. */
  add(name: string, value: string, init: VCard4PropertyInit = {}): VCard4Property {
    return added(this.xml, name, value, init);
  }

  /** Adds a structured property: `addStructured('adr', { locality: ['Verona'] })`. */
  addStructured(
    name: string,
    components: Readonly<Record<string, readonly string[]>>,
    { types = [], preference }: Omit<VCard4PropertyInit, 'valueType'> = {},
  ): VCard4Property {
    const property = new VCard4Property(new XmlElement(name, NS_VCARD4));
    property.setParameter('type', types);
    if (preference !== undefined) property.setParameter('pref', [String(preference)], 'integer');
    for (const [part, texts] of Object.entries(components)) property.setComponent(part, texts);
    this.xml.append(property.xml);
    return property;
  }

  /** Takes a property out. */
  remove(property: VCard4Property): void {
    dropped(this.xml, property);
  }

  /** Addresses of electronic mail. */
  get emails(): readonly VCard4Property[] {
    return this.properties('email');
  }

  /** Telephone numbers, most often as `tel:` addresses. */
  get phones(): readonly VCard4Property[] {
    return this.properties('tel');
  }

  /** Postal addresses: `component('street')`, `'locality'`, `'region'`, `'code'`, `'country'`. */
  get addresses(): readonly VCard4Property[] {
    return this.properties('adr');
  }

  /** The name in its parts: `component('surname')`, `'given'`, `'additional'`, `'prefix'`, `'suffix'`. */
  get name(): VCard4Property | undefined {
    return this.properties('n')[0];
  }

  /** Organisations: `values` has the name and the units. */
  get organisations(): readonly VCard4Property[] {
    return this.properties('org');
  }
}
