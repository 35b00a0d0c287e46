import { escapeAttribute, escapeText, SerializeError } from './escape.js';
import { isNcName } from './names.js';
import { NS_XML, NS_XMLNS } from './namespaces.js';
import { quoted } from './quoted.js';

export { SerializeError, type SerializePart } from './escape.js';

/** What is read of an element to write it. */
export interface Serializable {
  readonly name: string;
  readonly namespace: string;
  readonly attributeCount: number;
  attributeNameAt(index: number): string | undefined;
  attributeValueAt(index: number): string | undefined;
  readonly nodeCount: number;
  nodeAt(index: number): Serializable | string | undefined;
}

/** What surrounds the text that `serialize` makes. */
export interface SerializeOptions {
  /** The default namespace where it will stand: an element in it needs no `xmlns`. Default: none. */
  readonly parentNamespace?: string | undefined;
  /** Namespace → prefix that is declared where it will stand: `http://etherx.jabber.org/streams` → `stream`. */
  readonly prefixes?: ReadonlyMap<string, string> | undefined;
}

/** Deeper is not a stanza but an element that holds itself. */
const DEEPEST = 1_000;

/**
 * An element as XML text. What is parsed again from it is the same tree, with adjacent texts joined.
 * @throws SerializeError for what XML cannot hold: control characters, lone surrogates, malformed names, reserved
 * namespaces, an attribute that is there twice.
 */
export function serialize(element: Serializable, options: SerializeOptions = {}): string {
  return write(element, options.parentNamespace ?? '', options.prefixes, 0);
}

function write(
  element: Serializable,
  inherited: string,
  prefixes: ReadonlyMap<string, string> | undefined,
  depth: number,
): string {
  const { name, namespace } = element;
  if (!isNcName(name)) refuse('element', name, `${quoted(name, 64)} is no element name`);
  if (depth > DEEPEST) refuse('element', name, `more than ${DEEPEST} levels: an element cannot be inside itself`);
  let tag = name;
  let inside = inherited;
  let attributes = '';
  if (namespace !== inherited) {
    const prefix = namespace === NS_XML ? 'xml' : prefixes?.get(namespace);
    if (prefix !== undefined) tag = `${prefix}:${name}`;
    else {
      inside = namespace;
      attributes = ` xmlns='${escapeNamespace(namespace, name)}'`;
    }
  }
  if (element.attributeCount > 0) attributes += writeAttributes(element, prefixes);
  let content = '';
  const { nodeCount } = element;
  for (let i = 0; i < nodeCount; i++) {
    const child = element.nodeAt(i) as Serializable | string;
    content += typeof child === 'string' ? escapeText(child, name) : write(child, inside, prefixes, depth + 1);
  }
  return content === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${content}</${tag}>`;
}

function writeAttributes(element: Serializable, prefixes: ReadonlyMap<string, string> | undefined): string {
  const { name: tag, attributeCount } = element;
  let text = '';
  /** Namespace → prefix, of those declared here. */
  let own: Map<string, string> | undefined;
  for (let i = 0; i < attributeCount; i++) {
    const name = element.attributeNameAt(i) as string;
    for (let j = 0; j < i; j++) {
      if (element.attributeNameAt(j) === name)
        refuse('attribute', tag, `the attribute ${quoted(name, 64)} is there twice`);
    }
    let written = name;
    if (name.charCodeAt(0) === 0x7b) {
      const end = name.lastIndexOf('}');
      const namespace = name.slice(1, Math.max(end, 1));
      if (namespace === '' || !isNcName(name.slice(end + 1))) badAttribute(tag, name);
      let prefix = prefixes?.get(namespace) ?? own?.get(namespace);
      if (prefix === undefined) {
        own ??= new Map();
        prefix = freePrefix(own, prefixes);
        own.set(namespace, prefix);
        text += ` xmlns:${prefix}='${escapeNamespace(namespace, tag)}'`;
      }
      written = `${prefix}:${name.slice(end + 1)}`;
    } else if (name === 'xmlns' || !isNcName(name.startsWith('xml:') ? name.slice(4) : name)) badAttribute(tag, name);
    text += ` ${written}='${escapeAttribute(element.attributeValueAt(i) as string, tag)}'`;
  }
  return text;
}

/** The first of `ns1`, `ns2`, … that neither the surroundings nor this element use. */
function freePrefix(own: ReadonlyMap<string, string>, outer: ReadonlyMap<string, string> | undefined): string {
  const taken = new Set([...own.values(), ...(outer?.values() ?? [])]);
  let number = 1;
  while (taken.has(`ns${number}`)) number++;
  return `ns${number}`;
}

function escapeNamespace(namespace: string, element: string): string {
  if (namespace === NS_XML || namespace === NS_XMLNS) {
    refuse('namespace', element, `${namespace} is reserved`);
  }
  return escapeAttribute(namespace, element, 'namespace');
}

function badAttribute(element: string, name: string): never {
  refuse(
    'attribute',
    element,
    `${quoted(name, 64)} is no attribute name: write local, xml:lang or {namespace}local; namespaces of elements are set by new XmlElement()`,
  );
}

function refuse(part: 'element' | 'attribute' | 'namespace', element: string, message: string): never {
  throw new SerializeError(part, element, message);
}
