import { parseDocument, type XmlElement } from '@sestina/xml';
import { type ElementClass, type ElementView, viewOf } from '../../src/stanza/element.js';

/** An element of its own, which may be written to. */
export function xml(text: string): XmlElement {
  return parseDocument(text);
}

/** A stanza as handlers get it: read-only, tied to a stream. */
export function received<V extends ElementView>(cls: ElementClass<V>, text: string, stream?: object): V {
  const element = parseDocument(text);
  // The parser has given one to all elements of the stanza.
  if (element.origin) element.origin.stream = stream;
  element.origin?.seal();
  if (!element.readOnly) throw new Error('the parser gave no origin');
  return viewOf(cls, element);
}
