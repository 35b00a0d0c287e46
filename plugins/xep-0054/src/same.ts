import type { XmlElement } from '@sestina/core';

/** What a card says, the same however a server writes it. */
export function meaningOf(xml: XmlElement): string {
  return JSON.stringify(partsOf(xml));
}

function partsOf(xml: XmlElement): unknown[] {
  const attributes = xml
    .attributes()
    .filter(([name]) => name !== 'xmlns' && name !== 'version')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const nodes = xml.children.map((node) => (typeof node === 'string' ? node.trim() : partsOf(node)));
  const said = nodes.filter((node) => node !== '');
  return [xml.name, xml.namespace, attributes, said];
}
