/** By shape: an element may come from another copy of this package. @throws TypeError for what is neither element nor text. */
export function checkNode(node: unknown, parent: string): void {
  if (typeof node === 'string' || typeof (node as { nodeAt?: unknown } | undefined)?.nodeAt === 'function') return;
  const isView = typeof (node as { xml?: { nodeAt?: unknown } } | undefined)?.xml?.nodeAt === 'function';
  throw new TypeError(
    `<${parent}> can hold elements and text, got ${isView ? 'a stanza object: give its .xml' : describe(node)}`,
  );
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  return typeof value === 'object' ? `an object that is no XmlElement` : `a ${typeof value}`;
}
