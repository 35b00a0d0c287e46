import type { XmlElement } from '@sestina/core';

/** What a card says, the same however a server writes it. */
export function meaningOf(xml: XmlElement): string {
  const attributes = xml
    .attributes()
    .filter(([name]) => name !== 'xmlns' && name !== 'version')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const nodes = xml.children.map((node) => (typeof node === 'string' ? node.trim() : [meaningOf(node)]));
  const said = nodes.filter((node) => node !== '');
  return JSON.stringify([xml.name, xml.namespace, attributes, said]);
}
