import type { XmlElement } from '@sestina/xml';

/** Whether a first-level element is a stanza (RFC 6120 §8). */
export function isStanza({ name, namespace }: XmlElement, contentNamespace: string): boolean {
  return namespace === contentNamespace && (name === 'message' || name === 'presence' || name === 'iq');
}
