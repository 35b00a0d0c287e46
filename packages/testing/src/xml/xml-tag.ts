import { XmlElement } from '@sestina/core';
import { serialize } from '@sestina/core/transport';
import { escapeXml, parseXml } from './parse.js';

/** What can stand in `${}` of an `xml` template. Undefined and null leave nothing. */
export type XmlValue =
  | XmlElement
  | string
  | number
  | boolean
  | { toString(): string }
  | readonly XmlValue[]
  | undefined
  | null;

/**
 * Makes an element: xml`<message to='${jid}'><body>${text}</body></message>`. Values are escaped, elements and lists of
 * them are put in as they are. The default namespace is `jabber:client`.
 * @throws XmlTextError where it is not exactly one well-formed element.
 */
export function xml(strings: TemplateStringsArray, ...values: readonly XmlValue[]): XmlElement {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    text += write(value) + (strings[index + 1] ?? '');
  });
  return parseXml(text);
}

function write(value: XmlValue): string {
  if (value === undefined || value === null) return '';
  if (value instanceof XmlElement) return serialize(value);
  if (Array.isArray(value)) return value.map(write).join('');
  return escapeXml(String(value));
}
