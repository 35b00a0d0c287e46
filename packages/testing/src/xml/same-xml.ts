import type { XmlElement } from '@sestina/core';
import { significant } from './format.js';
import { asElement } from './parse.js';

/** What does not count in a comparison. */
export interface SameXmlOptions {
  /** Attributes that are not compared, at any depth: `['id']`. */
  ignoreAttributes?: readonly string[];
  /** Whether child elements may come in any order. Default false. */
  anyOrder?: boolean;
  /** The namespace of a string that declares none. Default `jabber:client`. */
  namespace?: string;
}

/**
 * Compares by meaning: the order of attributes, prefixes, quotes and white space between elements do not count.
 * @returns The first difference in words, or undefined where both say the same.
 * @throws XmlTextError where a string is not one well-formed element.
 */
export function sameXml(
  a: string | XmlElement,
  b: string | XmlElement,
  options: SameXmlOptions = {},
): string | undefined {
  return compare(asElement(a, options.namespace), asElement(b, options.namespace), '', options);
}

function compare(a: XmlElement, b: XmlElement, above: string, options: SameXmlOptions): string | undefined {
  const path = `${above}/${a.name}`;
  if (a.name !== b.name) return `${path}: element <${a.name}> against <${b.name}>`;
  if (a.namespace !== b.namespace) return `${path}: namespace '${a.namespace}' against '${b.namespace}'`;
  return compareAttributes(a, b, path, options) ?? compareChildren(a, b, path, options);
}

function compareAttributes(a: XmlElement, b: XmlElement, path: string, options: SameXmlOptions): string | undefined {
  const names = new Set([...a.attributes(), ...b.attributes()].map(([name]) => name));
  for (const name of names) {
    if (options.ignoreAttributes?.includes(name)) continue;
    const [x, y] = [a.attribute(name), b.attribute(name)];
    if (x !== y) return `${path}@${name}: ${quoted(x)} against ${quoted(y)}`;
  }
  return undefined;
}

function compareChildren(a: XmlElement, b: XmlElement, path: string, options: SameXmlOptions): string | undefined {
  const left = significant(a);
  const right = significant(b);
  if (options.anyOrder) matchUp(left, right, options);
  const counts = new Map<string, number>();
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined || typeof x === 'string' || typeof y === 'string') {
      if (x !== y) return `${path}: ${shown(x)} against ${shown(y)}`;
      continue;
    }
    const count = (counts.get(x.name) ?? 0) + 1;
    counts.set(x.name, count);
    const difference = compare(x, y, path, options);
    if (difference)
      return count > 1 ? difference.replace(`${path}/${x.name}`, `${path}/${x.name}[${count}]`) : difference;
  }
  return undefined;
}

/** Brings what has an equal to the same place, so that a difference is told of those that have none. */
function matchUp(left: (XmlElement | string)[], right: (XmlElement | string)[], options: SameXmlOptions): void {
  for (let i = 0; i < left.length; i++) {
    const x = left[i];
    const at = right.findIndex(
      (y, j) => j >= i && (typeof x === 'object' && typeof y === 'object' ? !compare(x, y, '', options) : x === y),
    );
    if (at <= i) continue;
    right.splice(i, 0, ...right.splice(at, 1));
  }
}

const quoted = (value: string | undefined): string => (value === undefined ? 'none' : `'${value}'`);

function shown(node: XmlElement | string | undefined): string {
  if (node === undefined) return 'nothing';
  return typeof node === 'string' ? `text '${node}'` : `<${node.name} xmlns='${node.namespace}'>`;
}
