import { XmlElement } from '@sestina/xml';
import { oneOf } from './codec.js';
import { type ElementClass, ElementView, isA, viewOf } from './element.js';
import { type Field, type Slot, ValueField } from './field.js';
import { checkReference, dereference, type Reference } from './reference.js';
import { absent } from './slots.js';

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
      replace(xml, xml.childrenNamed(tag, namespace), view?.xml);
    },
  };
}

/** Puts an element where the first of others was, which are taken out; at the end where there are none. */
function replace(owner: XmlElement, others: readonly XmlElement[], element: XmlElement | undefined): void {
  const index = others[0] ? owner.children.indexOf(others[0]) : owner.nodeCount;
  for (const other of others) owner.remove(other);
  if (element) owner.insert(index, element);
}

type ViewIn<R> = R extends ElementClass<infer V> ? V : R extends () => ElementClass<infer V> ? V : never;

/**
 * The view of one child that is of any of these classes: the first of them in the document. Writing puts the new one where the
 * old one was and removes all others of these classes.
 * @throws TypeError for undefined, which is what a circular import gives; on writing, for an element of another class.
 */
export function choice<const R extends readonly Reference<ElementClass>[]>(
  ...references: R
): Field<ViewIn<R[number]> | undefined> {
  for (const reference of references) checkReference(reference, 'choice');
  const classOf = (xml: XmlElement): ElementClass | undefined => {
    for (const reference of references) {
      const cls = dereference(reference);
      if (isA(cls, xml)) return cls;
    }
    return undefined;
  };
  return {
    get: (xml) => {
      for (const found of xml.elements()) {
        const cls = classOf(found);
        if (cls) return viewOf(cls, found) as ViewIn<R[number]>;
      }
      return undefined;
    },
    set: (xml, view) => {
      const element = (view as ElementView | undefined)?.xml;
      if (element && !classOf(element)) {
        const expected = references.map((reference) => `<${dereference(reference).tag}/>`).join(' or ');
        throw new TypeError(`<${xml.name}>: expected ${expected}, got <${element.name} xmlns="${element.namespace}">`);
      }
      replace(
        xml,
        [...xml.elements()].filter((other) => classOf(other)),
        element,
      );
    },
  };
}

/** The first child element, whatever it is, as a plain view of it. Writing removes all others. */
export function anyChild(): Field<ElementView | undefined> {
  return {
    get: (xml) => {
      const found = xml.firstElement;
      return found && viewOf(ElementView as unknown as ElementClass, found);
    },
    set: (xml, view) => replace(xml, [...xml.elements()], view?.xml),
  };
}

/**
 * A word that is the name of a child: `<composing xmlns='http://jabber.org/protocol/chatstates'/>`. Of several, the first that is
 * one of these words counts. The namespace is the parent's unless given. Writing puts an empty child where the old one was.
 */
export function nameOf<const T extends string>(words: readonly T[], namespace?: string): ValueField<T> {
  const isWord = ({ name }: XmlElement): boolean => (words as readonly string[]).includes(name);
  const named = (xml: XmlElement): XmlElement[] =>
    [...xml.elements()].filter((child) => child.namespace === (namespace ?? xml.namespace));
  const slot: Slot = {
    where: `name of the child${namespace === undefined ? '' : ` in ${namespace}`}`,
    read: (xml) => {
      const found = named(xml);
      return (found.find(isWord) ?? found[0])?.name;
    },
    write: (xml, raw) => {
      const element = raw === undefined ? undefined : new XmlElement(raw, namespace ?? xml.namespace);
      replace(xml, named(xml).filter(isWord), element);
    },
  };
  return new ValueField(slot, oneOf(...words), absent);
}
