import { XmlElement } from '@sestina/xml';
import { secretsOf } from '../stanza/secrets.js';

const HIDDEN = '***';

/** Sees what goes in and out, secrets replaced. A class, so that it is its own injection token. Costs nothing when there is none. */
export abstract class Tracer {
  /** An element was received. */
  abstract incoming(element: XmlElement): void;
  /** An element is written. */
  abstract outgoing(element: XmlElement): void;
}

/** A copy in which passwords, proofs and tokens read `***`; the same element where there is nothing to hide. */
export function withoutSecrets(element: XmlElement): XmlElement {
  return hasSecret(element) ? redact(element) : element;
}

function hasSecret(element: XmlElement): boolean {
  if (secretsOf(element)) return true;
  for (const child of element.elements()) if (hasSecret(child)) return true;
  return false;
}

function redact(element: XmlElement, within = false): XmlElement {
  const secrets = secretsOf(element);
  const hidden = within || secrets?.text === true;
  const copy = new XmlElement(element.name, element.namespace);
  for (const [name, value] of element.attributes()) {
    copy.setAttribute(name, secrets?.attributes.includes(name) ? HIDDEN : value);
  }
  for (const child of element.children) {
    if (typeof child === 'string') copy.append(hidden ? HIDDEN : child);
    else copy.append(redact(child, hidden));
  }
  return copy;
}
