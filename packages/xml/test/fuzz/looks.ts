import type { XmlElement, XmlNode } from '../../src/index.js';

/** All that an element says, for comparing. */
export type Shape = readonly [
  name: string,
  namespace: string,
  attributes: [string, string][],
  children: readonly Node[],
];
type Node = Shape | string;

/** An element, read from the front to the back. */
export function shapeOf(element: XmlElement): Shape {
  const children = element.children.map((child) => (typeof child === 'string' ? child : shapeOf(child)));
  return [element.name, element.namespace, element.attributes(), children];
}

/** The same, read in any order: it is another thing each time that is asked for first, and another child that is entered first. */
export function shapeInAnyOrder(element: XmlElement, random: () => number): Shape {
  ask(element, random);
  const attributesFirst = random() < 0.5;
  let attributes = attributesFirst ? element.attributes() : [];
  const children = nodesOf(element, random);
  const shapes: Node[] = [];
  for (const index of shuffled(children.length, random)) {
    const child = children[index] as XmlNode;
    shapes[index] = typeof child === 'string' ? child : shapeInAnyOrder(child, random);
  }
  if (!attributesFirst) attributes = element.attributes();
  return [element.name, element.namespace, attributes, shapes];
}

/** Looks into some of it. */
export function lookAround(element: XmlElement, random: () => number): void {
  if (random() < 0.4) ask(element, random);
  if (random() < 0.4) return;
  for (const child of element.elements()) if (random() < 0.5) lookAround(child, random);
}

function nodesOf(element: XmlElement, random: () => number): readonly XmlNode[] {
  if (random() < 0.5) return element.children;
  return Array.from({ length: element.nodeCount }, (_, index) => element.nodeAt(index) as XmlNode);
}

const QUESTIONS: readonly ((element: XmlElement) => unknown)[] = [
  (element) => element.attribute('id'),
  (element) => element.attributeCount,
  (element) => element.lang,
  (element) => element.text,
  (element) => element.firstElement?.text,
  (element) => element.child('body'),
  (element) => element.childrenNamed('a', 'urn:a'),
  (element) => [...element.elements()],
  (element) => element.copy(),
  (element) => element.compact(),
  (element) => element.toString(),
];

function ask(element: XmlElement, random: () => number): void {
  QUESTIONS[Math.floor(random() * QUESTIONS.length)]?.(element);
}

function shuffled(length: number, random: () => number): number[] {
  const order = Array.from({ length }, (_, index) => index);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
