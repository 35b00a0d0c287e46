import type { XmlElement } from '@sestina/xml';
import { type ElementClass, type ElementView, viewOf } from './element.js';
import type { Field } from './field.js';
import { checkReference, dereference, type Reference } from './reference.js';
import type { WRITTEN, WrittenAs } from './written.js';

/** A live list of child views: each look at it sees the element as it is now. */
export class ElementList<V extends ElementView> implements Iterable<V>, WrittenAs<Iterable<V>> {
  declare readonly [WRITTEN]: Iterable<V>;
  readonly #owner: XmlElement;
  readonly #cls: ElementClass<V>;

  constructor(owner: XmlElement, cls: ElementClass<V>) {
    this.#owner = owner;
    this.#cls = cls;
  }

  /** For Vue: makes no proxy of it, through which private members could not be reached. @internal */
  get __v_skip(): true {
    return true;
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
