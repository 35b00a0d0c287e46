import type { XmlElement } from '@sestina/xml';
import type { ElementClass } from '../../stanza/element.js';

/** Where an element of a message stands when the message is encrypted: in the encrypted part, beside it, or in both. */
export type Placement = 'inside' | 'outside' | 'both';

/** By namespace and name. */
const PLACEMENTS = new Map<string, Placement>(); // module-state: what classes are like, the same for all connections

/**
 * Declares where elements of a class stand when their message is encrypted. What nobody declares stands inside, so that nothing is
 * told by mistake. To be called beside the class; loading the same package twice is harmless.
 * @throws TypeError where elements of that name are declared to stand elsewhere.
 */
export function declarePlacement(cls: ElementClass, placement: Placement): void {
  const key = keyOf(cls.namespace, cls.tag);
  const declared = PLACEMENTS.get(key) ?? placement;
  if (declared !== placement) {
    throw new TypeError(`<${cls.tag} xmlns="${cls.namespace}"> was declared to stand ${declared} under encryption`);
  }
  PLACEMENTS.set(key, placement);
}

/** Where an element stands when its message is encrypted. */
export function placementOf({ namespace, name }: XmlElement): Placement {
  return PLACEMENTS.get(keyOf(namespace, name)) ?? 'inside';
}

function keyOf(namespace: string, name: string): string {
  return `${namespace} ${name}`;
}
