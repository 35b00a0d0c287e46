import { XmlElement } from '@sestina/xml';
import { JID } from '../jid/index.js';
import { type Codec, jid, text } from './codec.js';
import { type ElementClass, type ElementView, viewOf } from './element.js';
import { type Field, type Slot, ValueField } from './field.js';

const optional = (): undefined => undefined;

/** A value in an attribute. `xml:lang` and `{namespace}name` are names too. */
export function attr(name: string): ValueField<string>;
export function attr<T, In = T>(name: string, codec: Codec<T, In>): ValueField<T, undefined, In>;
export function attr(name: string, codec: Codec<unknown, never> = text): ValueField<unknown, undefined, never> {
  return new ValueField(attributeSlot(name), codec, optional);
}

function attributeSlot(name: string): Slot {
  return {
    where: `@${name}`,
    read: (xml) => xml.attribute(name),
    write: (xml, raw) => {
      xml.setAttribute(name, raw);
    },
  };
}

/**
 * The `from` or `to` of a stanza. One that came in has had its addresses read by the stream: those are not read again. Its
 * origin is shared with the stanzas forwarded in it, which is why the texts have to agree.
 * @internal
 */
class AddressField extends ValueField<JID, undefined, JID | string> {
  readonly #name: 'from' | 'to';

  constructor(name: 'from' | 'to') {
    super(attributeSlot(name), jid, optional);
    this.#name = name;
  }

  override get(xml: XmlElement): JID | undefined {
    const { origin } = xml;
    if (origin !== undefined) {
      const known = this.#name === 'from' ? origin.from : origin.to;
      if (known instanceof JID && known.full === xml.attribute(this.#name)) return known;
    }
    return super.get(xml);
  }
}

/** The address in the `from` or `to` of a stanza. @internal */
export function address(name: 'from' | 'to'): ValueField<JID, undefined, JID | string> {
  return new AddressField(name);
}

/**
 * A value in the text of the element itself. It is missing where there is no text, so that an empty text and none are the
 * same, as they are on the wire.
 */
export function ownText(): ValueField<string>;
export function ownText<T, In = T>(codec: Codec<T, In>): ValueField<T, undefined, In>;
export function ownText(codec: Codec<unknown, never> = text): ValueField<unknown, undefined, never> {
  const slot: Slot = {
    where: 'text',
    read: (xml) => xml.text || undefined,
    write: (xml, raw) => {
      for (const node of [...xml.children]) if (typeof node === 'string') xml.remove(node);
      if (raw) xml.insert(0, raw);
    },
  };
  return new ValueField(slot, codec, optional);
}

/**
 * A value in the text of a child element; the namespace is the parent's unless given. Of several, the first counts;
 * writing undefined removes them all.
 */
export function childText(name: string, options?: { namespace?: string }): ValueField<string>;
export function childText<T, In = T>(
  name: string,
  codec: Codec<T, In>,
  options?: { namespace?: string },
): ValueField<T, undefined, In>;
export function childText(
  name: string,
  codecOrOptions: Codec<unknown, never> | { namespace?: string } = text,
  options: { namespace?: string } = {},
): ValueField<unknown, undefined, never> {
  const isCodec = 'decode' in codecOrOptions;
  const codec: Codec<unknown, never> = isCodec ? codecOrOptions : text;
  const { namespace } = isCodec ? options : (codecOrOptions as { namespace?: string });
  const slot: Slot = {
    where: `<${name}/>`,
    read: (xml) => xml.child(name, namespace ?? xml.namespace)?.text,
    write: (xml, raw) => {
      const existing = xml.child(name, namespace ?? xml.namespace);
      if (raw === undefined) {
        removeAll(xml, name, namespace);
      } else if (existing) {
        existing.text = raw;
      } else {
        xml.append(new XmlElement(name, namespace ?? xml.namespace).append(raw));
      }
    },
  };
  return new ValueField(slot, codec, optional);
}

function removeAll(xml: XmlElement, name: string, namespace: string | undefined): void {
  for (const old of xml.childrenNamed(name, namespace ?? xml.namespace)) xml.remove(old);
}

/**
 * The texts of repeated children: `<value>a</value><value>b</value>`. Reading gives a snapshot; writing replaces all.
 * A single text is refused, since its characters would be taken for the list.
 */
export function childTexts(name: string): Field<readonly string[], Iterable<string> & object> {
  return {
    get: (xml) => xml.childrenNamed(name).map((child) => child.text),
    set: (xml, values) => {
      if (typeof values === 'string') throw new TypeError(`<${name}/>: expected a list of texts, got one text`);
      const texts = [...(values ?? [])].map((value) => text.encode(value));
      removeAll(xml, name, undefined);
      for (const value of texts) xml.append(new XmlElement(name, xml.namespace).append(value));
    },
  };
}

/** True where an empty child is present; the namespace is the parent's unless given. */
export function flag(name: string, namespace?: string): Field<boolean> {
  return {
    get: (xml) => xml.child(name, namespace ?? xml.namespace) !== undefined,
    set: (xml, on) => {
      const existing = xml.child(name, namespace ?? xml.namespace);
      if (!on) removeAll(xml, name, namespace);
      else if (!existing) xml.append(new XmlElement(name, namespace ?? xml.namespace));
    },
  };
}

type Reference<C> = C | (() => C);

function dereference<V extends ElementView>(reference: Reference<ElementClass<V>>): ElementClass<V> {
  return 'tag' in reference ? reference : reference();
}

function checkReference(reference: unknown, what: string): void {
  if (reference !== undefined) return;
  throw new TypeError(`${what}() was given undefined: is there a circular import? Give a function, () => Class`);
}

/**
 * The view of one child element; of several, the first. Give a function where the class is defined further down or refers
 * back. Writing puts the new one where the old one was and removes all others of its name.
 * @throws TypeError for undefined, which is what a circular import gives.
 */
export function child<V extends ElementView>(reference: Reference<ElementClass<V>>): Field<V | undefined> {
  checkReference(reference, 'child');
  return {
    get: (xml) => {
      const cls = dereference(reference);
      const found = xml.child(cls.tag, cls.namespace);
      return found && viewOf(cls, found);
    },
    set: (xml, view) => {
      const { tag, namespace } = dereference(reference);
      const existing = xml.child(tag, namespace);
      if (!existing) {
        if (view) xml.append(view.xml);
        return;
      }
      const index = xml.children.indexOf(existing);
      removeAll(xml, tag, namespace);
      if (view) xml.insert(index, view.xml);
    },
  };
}

/** A live list of child views: each look at it sees the element as it is now. */
export class ElementList<V extends ElementView> implements Iterable<V> {
  readonly #owner: XmlElement;
  readonly #cls: ElementClass<V>;

  constructor(owner: XmlElement, cls: ElementClass<V>) {
    this.#owner = owner;
    this.#cls = cls;
  }

  *[Symbol.iterator](): IterableIterator<V> {
    for (const xml of this.#owner.childrenNamed(this.#cls.tag, this.#cls.namespace)) yield viewOf(this.#cls, xml);
  }

  get length(): number {
    return this.#owner.childrenNamed(this.#cls.tag, this.#cls.namespace).length;
  }

  /** The one at that position, counted from 0; negative counts from the end. */
  at(index: number): V | undefined {
    const found = this.#owner.childrenNamed(this.#cls.tag, this.#cls.namespace).at(index);
    return found && viewOf(this.#cls, found);
  }

  /** Appends one and returns it. @throws ReadOnlyError on a received stanza. */
  add(view: V): V {
    this.#owner.append(view.xml);
    return view;
  }

  /** Takes one out; returns whether it was there. @throws ReadOnlyError on a received stanza. */
  remove(view: V): boolean {
    return this.#owner.remove(view.xml);
  }

  /** Takes all of them out; other children stay. @throws ReadOnlyError on a received stanza. */
  clear(): void {
    for (const xml of this.#owner.childrenNamed(this.#cls.tag, this.#cls.namespace)) this.#owner.remove(xml);
  }
}

/** A field that is a list: the list is written to, not the property. */
export interface ListField<V extends ElementView> extends Field<ElementList<V>, Iterable<V>> {
  readonly readOnly: true;
}

/** The views of repeated child elements, a live list. @throws TypeError for undefined: see `child`. */
export function children<V extends ElementView>(reference: Reference<ElementClass<V>>): ListField<V> {
  checkReference(reference, 'children');
  return {
    readOnly: true,
    get: (xml) => new ElementList<V>(xml, dereference(reference)),
    set: (xml, views) => {
      const all = [...(views ?? [])];
      const list = new ElementList<V>(xml, dereference(reference));
      list.clear();
      for (const view of all) list.add(view);
    },
  };
}
