import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A schema with this inside. */
export function schema(inside: string, namespace = 'urn:example:draft'): string {
  return `<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='${namespace}' xmlns='${namespace}'>${inside}
    <xs:simpleType name='empty'>
      <xs:restriction base='xs:string'><xs:enumeration value=''/></xs:restriction>
    </xs:simpleType>
  </xs:schema>`;
}

const NS_VERSION = 'jabber:iq:version';
const iq = (type: string, inside: string): string =>
  `<iq xmlns='jabber:client' type='${type}' id='v1' from='romeo@montague.example/x' to='juliet@capulet.example/y'>${inside}</iq>`;
const text = (name: string, least: number): string =>
  `<xs:element name='${name}' type='xs:string' minOccurs='${least}'/>`;

/** XEP-0092 as a converted specification, in as few words as it takes. */
const VERSION = {
  xep: '0092',
  title: 'Software Version',
  version: '1.1',
  namespaces: [NS_VERSION],
  examples: [
    { n: 1, caption: 'A question', complete: true, xml: [iq('get', `<query xmlns='${NS_VERSION}'/>`)] },
    {
      n: 2,
      caption: 'An answer',
      complete: true,
      xml: [
        iq('result', `<query xmlns='${NS_VERSION}'><name>Balcony</name><version>1.0</version><os>VMS</os></query>`),
      ],
    },
    { n: 3, caption: 'What is left out', complete: false, xml: ['<iq/>'] },
  ],
  schemas: [
    {
      targetNamespace: NS_VERSION,
      section: '8',
      xsd: schema(
        `<xs:element name='query'><xs:complexType><xs:sequence minOccurs='0'>${text('name', 1)}${text('version', 1)}${text('os', 0)}</xs:sequence></xs:complexType></xs:element>`,
        NS_VERSION,
      ),
    },
  ],
};

/** A folder with specifications. */
export function specifications(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sestina-specs-'));
  mkdirSync(join(folder, 'examples'));
  writeFileSync(join(folder, 'examples/xep-0092.json'), JSON.stringify(VERSION));
  return folder;
}
