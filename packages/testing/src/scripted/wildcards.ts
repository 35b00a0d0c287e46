import type { XmlElement } from '@sestina/core';
import { significant } from '../xml/format.js';

/**
 * A copy of what is expected in which each attribute given as `*` has the value that the actual element has there; one that
 * is missing there stays as it is, and so differs. @internal
 */
export function fillWildcards(expected: XmlElement, actual: XmlElement): XmlElement {
  const copy = expected.copy();
  fill(copy, actual);
  return copy;
}

function fill(expected: XmlElement, actual: XmlElement): void {
  for (const [name, value] of expected.attributes()) {
    if (value === '*') expected.setAttribute(name, actual.attribute(name) ?? value);
  }
  const theirs = significant(actual);
  for (const [index, node] of significant(expected).entries()) {
    const other = theirs[index];
    if (typeof node !== 'string' && other !== undefined && typeof other !== 'string') fill(node, other);
  }
}
