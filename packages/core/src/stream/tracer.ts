import { XmlElement } from '@sestina/xml';

/** Sees what goes in and out, secrets replaced. A class, so that it is its own injection token. Costs nothing when there is none. */
export abstract class Tracer {
  /** An element was received. */
  abstract incoming(element: XmlElement): void;
  /** An element is written. */
  abstract outgoing(element: XmlElement): void;
}

const SECRET_NAMESPACES: ReadonlySet<string> = new Set([
  'urn:ietf:params:xml:ns:xmpp-sasl',
  'urn:xmpp:sasl:2',
  'urn:xmpp:fast:0',
]);
// Names of children that carry a password or a token wherever they stand.
const SECRET_NAMES: ReadonlySet<string> = new Set(['password', 'digest', 'token', 'handshake', 'secret']);

// Of a data form (XEP-0004): a `text-private` one says so itself, and one that is submitted need not repeat its type.
const SECRET_FIELD = /pass(?:word|wd|phrase)|secret|token/i;

/** A copy in which passwords, proofs and tokens read `***`; the same element where there is nothing to hide. */
export function withoutSecrets(element: XmlElement): XmlElement {
  return hasSecret(element) ? redact(element) : element;
}

function isSecret(element: XmlElement): boolean {
  return SECRET_NAMESPACES.has(element.namespace) || SECRET_NAMES.has(element.name) || isSecretField(element);
}

function isSecretField(element: XmlElement): boolean {
  if (element.name !== 'field' || element.namespace !== 'jabber:x:data') return false;
  return element.attribute('type') === 'text-private' || SECRET_FIELD.test(element.attribute('var') ?? '');
}

function hasSecret(element: XmlElement): boolean {
  if (isSecret(element) || (element.namespace === 'urn:xmpp:sm:3' && element.attribute('previd'))) return true;
  if (element.namespace === 'urn:xmpp:sm:3' && element.attribute('id')) return true;
  for (const child of element.elements()) if (hasSecret(child)) return true;
  return false;
}

function redact(element: XmlElement, within = false): XmlElement {
  const secret = within || isSecret(element);
  const copy = new XmlElement(element.name, element.namespace);
  const resumption = element.namespace === 'urn:xmpp:sm:3';
  for (const [name, value] of element.attributes()) {
    copy.setAttribute(name, resumption && (name === 'id' || name === 'previd') ? '***' : value);
  }
  for (const child of element.children) {
    if (typeof child === 'string') copy.append(secret ? '***' : child);
    else copy.append(redact(child, secret));
  }
  return copy;
}
