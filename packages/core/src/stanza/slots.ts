import type { XmlElement } from '@sestina/xml';
import type { Slot } from './field.js';

/** An attribute. */
export function attributeSlot(name: string): Slot {
  return {
    where: `@${name}`,
    read: (xml) => xml.attribute(name),
    write: (xml, raw) => {
      xml.setAttribute(name, raw);
    },
  };
}

/** What is read where there is nothing. */
export const absent = (): undefined => undefined;

/** Takes out all children of that name. */
export function removeAll(xml: XmlElement, name: string, namespace?: string): void {
  for (const old of xml.childrenNamed(name, namespace ?? xml.namespace)) xml.remove(old);
}
