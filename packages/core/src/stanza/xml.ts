import { NS_CLIENT, XmlElement } from '@sestina/xml';
import type { JID } from '../jid/index.js';
import { ElementView } from './element.js';

/** Attributes for `xml()`: `xmlns` is the namespace; undefined and null leave one out. */
export type XmlAttributes = Readonly<Record<string, JID | boolean | number | string | null | undefined>>;

/** What `xml()` puts inside: elements, stanza objects, text; undefined, null and false leave one out. */
export type XmlContent = ElementView | XmlElement | number | string | false | null | undefined;

/** An element whose namespace nobody has written: it is that of whatever it is put into. */
class Unqualified extends XmlElement {}

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/**
 * Makes an element as XML is written: `xml('message', { to }, xml('body', {}, 'hi'))`. Without `xmlns` it is in the namespace of
 * the element that it is put into by another `xml()`, of which a copy of it becomes a part. A `message`, `presence` or `iq` that
 * is put into none is in `jabber:client`, what else is put into none is in no namespace.
 * @throws TypeError for attributes or content that are none.
 */
export function xml(name: string, attributes: XmlAttributes = {}, ...content: readonly XmlContent[]): XmlElement {
  if (typeof attributes !== 'object') {
    throw new TypeError(`xml('${name}', …): attributes are an object, such as { xmlns: 'urn:example' }`);
  }
  const written = attributes['xmlns'];
  const implied = STANZAS.has(name) ? NS_CLIENT : '';
  const element =
    written === undefined || written === null ? new Unqualified(name, implied) : new XmlElement(name, String(written));
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (key !== 'xmlns' && value !== undefined && value !== null) element.setAttribute(key, String(value));
  }
  for (const each of content) {
    if (each === undefined || each === null || each === false) continue;
    element.append(inside(nodeOf(each), element.namespace));
  }
  return element;
}

function nodeOf(content: ElementView | XmlElement | number | string): XmlElement | string {
  if (typeof content === 'number') return String(content);
  return content instanceof ElementView ? content.xml : content;
}

/** What stands in an element of that namespace. */
function inside(node: XmlElement | string, namespace: string): XmlElement | string {
  if (!(node instanceof Unqualified) || node.namespace === namespace) return node;
  const element = new Unqualified(node.name, namespace, Object.fromEntries(node.attributes()));
  for (const child of node.children) element.append(inside(child, namespace));
  return element;
}
