import type { XmlElement } from '@sestina/core';
import { escapeXml } from './parse.js';

/**
 * XML for people and for comparison: one line per element, attributes by name, `xmlns` where it changes, white space
 * between elements left out. Elements that mean the same look the same.
 */
export function formatXml(element: XmlElement): string {
  return lines(element, '', '').join('\n');
}

function lines(element: XmlElement, parentNamespace: string, indent: string): string[] {
  const namespace = element.namespace === parentNamespace ? '' : ` xmlns='${escapeXml(element.namespace)}'`;
  const attributes = element
    .attributes()
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}='${escapeXml(value)}'`);
  const tag = `${element.name}${namespace}${attributes.join('')}`;
  const nodes = significant(element);
  if (nodes.length === 0) return [`${indent}<${tag}/>`];
  const [only] = nodes;
  if (nodes.length === 1 && typeof only === 'string') return [`${indent}<${tag}>${escapeXml(only)}</${element.name}>`];
  const inner = nodes.flatMap((node) =>
    typeof node === 'string' ? [`${indent}  ${escapeXml(node)}`] : lines(node, element.namespace, `${indent}  `),
  );
  return [`${indent}<${tag}>`, ...inner, `${indent}</${element.name}>`];
}

/** The children that mean something: neighbouring text joined, white space between elements left out. */
export function significant(element: XmlElement): (XmlElement | string)[] {
  const nodes: (XmlElement | string)[] = [];
  let elements = false;
  for (const child of element.children) {
    const last = nodes.length - 1;
    if (typeof child === 'string' && typeof nodes[last] === 'string') nodes[last] += child;
    else nodes.push(child);
    if (typeof child !== 'string') elements = true;
  }
  return elements
    ? nodes.filter((node) => typeof node !== 'string' || node.trim() !== '')
    : nodes.filter((node) => node !== '');
}
