import type { ElementClass, ElementView } from './element.js';

/** A class, or a function that gives it where it is defined further down or refers back. */
export type Reference<C> = C | (() => C);

/** The class that it stands for. */
export function dereference<V extends ElementView>(reference: Reference<ElementClass<V>>): ElementClass<V> {
  return 'tag' in reference ? reference : reference();
}

/** @throws TypeError for undefined. */
export function checkReference(reference: unknown, what: string): void {
  if (reference !== undefined) return;
  throw new TypeError(`${what}() was given undefined: is there a circular import? Give a function, () => Class`);
}
