import { XmlElement } from '@sestina/xml';
import { type Codec, text } from './codec.js';
import { type Field, type Slot, ValueField } from './field.js';
import { absent, attributeSlot, removeAll } from './slots.js';

/** A value in an attribute. `xml:lang` and `{namespace}name` are names too. */
export function attr(name: string): ValueField<string>;
export function attr<T, In = T>(name: string, codec: Codec<T, In>): ValueField<T, undefined, In>;
export function attr(name: string, codec: Codec<unknown, never> = text): ValueField<unknown, undefined, never> {
  return new ValueField(attributeSlot(name), codec, absent);
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
      for (const node of xml.children) if (typeof node === 'string') xml.remove(node);
      if (raw) xml.insert(0, raw);
    },
  };
  return new ValueField(slot, codec, absent);
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
  return new ValueField(slot, codec, absent);
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
      removeAll(xml, name);
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
