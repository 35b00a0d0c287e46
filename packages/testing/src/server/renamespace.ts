import { XmlElement } from '@sestina/core';

/**
 * A copy in which the stanza and what is directly in its namespace has another: streams of components have their own for
 * what clients know as `jabber:client`. What lies inside an element of a third namespace, such as a forwarded message,
 * stays as it is.
 */
export function renamespace(element: XmlElement, from: string, to: string): XmlElement {
  if (element.namespace !== from) return element;
  const copy = new XmlElement(element.name, to, Object.fromEntries(element.attributes()));
  for (const child of element.children)
    copy.adoptChild(typeof child === 'string' ? child : renamespace(child, from, to));
  return copy;
}
