import { LazyMap, type XmlElement } from '@sestina/xml';
import { Registration } from '../../registration.js';
import type { ElementClass } from '../../stanza/element.js';

/** Something that was registered for a payload. */
export interface PayloadEntry<T> {
  readonly cls: ElementClass;
  readonly value: T;
}

/** Things by the payload that they are for, so that a message costs one look-up for each of its children. */
export class PayloadTable<T> {
  /** By namespace, then by name. */
  readonly #entries = new LazyMap<string, Map<string, readonly PayloadEntry<T>[]>>(); // bound: what plugins register

  get size(): number {
    return this.#entries.size;
  }

  add(cls: ElementClass, value: T): Registration {
    const { tag, namespace } = cls;
    const entry = { cls, value };
    const names = this.#entries.get(namespace) ?? new Map<string, readonly PayloadEntry<T>[]>();
    this.#entries.set(namespace, names);
    names.set(tag, [...(names.get(tag) ?? []), entry]);
    return new Registration(() => {
      const left = (names.get(tag) ?? []).filter((other) => other !== entry);
      if (left.length > 0) names.set(tag, left);
      else names.delete(tag);
      if (names.size === 0 && this.#entries.get(namespace) === names) this.#entries.delete(namespace);
    });
  }

  /** What is there for that element, in the order in which it was added. */
  find(xml: XmlElement): readonly PayloadEntry<T>[] | undefined {
    return this.#entries.get(xml.namespace)?.get(xml.name);
  }
}
