import type { XmlElement, XmlNode } from './element.js';

// What an element, an attribute and a string take beside their characters: measured.
const ELEMENT = 160;
const ATTRIBUTE = 64;
const PART = 64;
const STRING = 24;

// Beyond Latin-1 a character takes two bytes.
const WIDE = /[\u0100-\uffff]/;
const SHORT = 128;

/**
 * Bytes of memory that an element takes with all that is in it, estimated. Nothing is read for that which nobody has looked into.
 * @param limit Where it is more, the rest is not looked at, and what comes back is Infinity.
 */
export function weightOf(element: XmlElement, limit: number = Number.POSITIVE_INFINITY): number {
  const { unreadBytes } = element;
  let weight = ELEMENT;
  if (unreadBytes !== undefined) weight += PART + STRING + 2 * unreadBytes;
  else {
    const { attributeCount, nodeCount } = element;
    for (let i = 0; i < attributeCount; i++) weight += ATTRIBUTE + length(element.attributeValueAt(i) as string);
    for (let i = 0; i < nodeCount && weight <= limit; i++) {
      const child = element.nodeAt(i) as XmlNode;
      weight += typeof child === 'string' ? length(child) : weightOf(child, limit - weight);
    }
  }
  return weight > limit ? Number.POSITIVE_INFINITY : weight;
}

function length(text: string): number {
  // To look at a short one takes more than it is worth.
  return STRING + text.length * (text.length <= SHORT || WIDE.test(text) ? 2 : 1);
}
