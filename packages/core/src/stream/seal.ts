import { Origin, type XmlElement } from '@sestina/xml';

/**
 * Makes an element and all that is in it those of one stanza: sealing that makes them read-only. What was received some other time
 * is read-only already.
 */
export function shareOrigin(element: XmlElement, origin: Origin): void {
  if (element.readOnly) return;
  element.origin = origin;
  for (const child of element.elements()) shareOrigin(child, origin);
}

/** Makes a stanza read-only that was not received as it is: all its handlers get the same one. */
export function seal(element: XmlElement): void {
  const origin = element.origin ?? new Origin();
  shareOrigin(element, origin);
  origin.seal();
}
