import { describe, expect, it } from 'vitest';
import { draftSchema } from '../src/draft/schema.mjs';
import { className, fieldName, namespaceName, pascal } from '../src/names.mjs';
import { schema } from './fixtures.js';

/** The fields of the last class of a schema, as they would be written. */
function fields(inside: string): Record<string, string> {
  const drafted = draftSchema(schema(inside)).at(-1);
  return Object.fromEntries(drafted?.fields.map(({ name, code }) => [name, code]) ?? []);
}

const complex = (inside: string, name = 'thing'): string =>
  `<xs:element name='${name}'><xs:complexType>${inside}</xs:complexType></xs:element>`;

describe('a draft of a schema', () => {
  it('has attributes with their types, what is required, and what is meant where one is missing', () => {
    const inside = complex(`
      <xs:attribute name='id' type='xs:string' use='required'/>
      <xs:attribute name='seconds' type='xs:unsignedInt'/>
      <xs:attribute name='jid' type='xs:string' use='required'/>
      <xs:attribute name='stamp' type='xs:dateTime'/>
      <xs:attribute name='notify' type='xs:boolean' default='false'/>
      <xs:attribute name='type' use='required'>
        <xs:simpleType><xs:restriction base='xs:NCName'>
          <xs:enumeration value='form'/><xs:enumeration value='submit'/>
        </xs:restriction></xs:simpleType>
      </xs:attribute>
      <xs:attribute name='old' use='prohibited'/>`);
    expect(fields(inside)).toEqual({
      id: `attr('id').required()`,
      seconds: `attr('seconds', int(0, 4_294_967_295))`,
      jid: `attr('jid', jid).required()`,
      stamp: `attr('stamp', dateTime)`,
      notify: `attr('notify', bool).default(false)`,
      type: `attr('type', oneOf('form', 'submit')).required()`,
    });
  });

  it('has children: texts, marks that are there or not, classes of their own, and lists', () => {
    const inside = `${complex(`<xs:attribute name='jid' type='xs:string'/>`, 'item')}${complex(`<xs:sequence>
      <xs:element name='name' type='xs:string'/>
      <xs:element name='os' type='xs:string' minOccurs='0'/>
      <xs:element name='value' type='xs:string' maxOccurs='unbounded'/>
      <xs:element name='required' type='empty' minOccurs='0'/>
      <xs:element ref='item' minOccurs='0' maxOccurs='unbounded'/>
      <xs:element name='reason'><xs:complexType><xs:simpleContent>
        <xs:extension base='xs:string'><xs:attribute name='code' type='xs:int'/></xs:extension>
      </xs:simpleContent></xs:complexType></xs:element>
    </xs:sequence>`)}`;
    expect(draftSchema(schema(inside)).map(({ name, root }) => [name, root])).toEqual([
      ['Item', true],
      ['Reason', false],
      ['Thing', true],
    ]);
    expect(fields(inside)).toEqual({
      name: `childText('name').required()`,
      os: `childText('os')`,
      values: `childTexts('value')`,
      required: `flag('required')`,
      items: 'children(Item)',
      reason: 'child(Reason)',
    });
  });

  it('has a choice where one of several stands there, and any child where anything may', () => {
    const two = `${complex('', 'one')}${complex('', 'other')}`;
    expect(
      fields(`${two}${complex(`<xs:choice><xs:element ref='one'/><xs:element ref='other'/></xs:choice>`)}`),
    ).toEqual({
      content: 'choice(One, Other)',
    });
    expect(fields(complex(`<xs:sequence><xs:any namespace='##other'/></xs:sequence>`))).toEqual({
      payload: 'anyChild()',
    });
  });

  it('has the text of an element, with the bounds of its numbers', () => {
    expect(fields(`<xs:element name='max' type='xs:nonNegativeInteger'/>`)).toEqual({ text: 'ownText(int(0))' });
    const bounded = `<xs:element name='priority'><xs:simpleType><xs:restriction base='xs:byte'>
      <xs:maxInclusive value='5'/></xs:restriction></xs:simpleType></xs:element>`;
    expect(fields(bounded)).toEqual({ text: 'ownText(int(-128, 5))' });
    expect(fields(`<xs:element name='request' type='empty'/>`)).toEqual({});
  });

  it('marks what it cannot find out', () => {
    const inside = complex(
      `<xs:sequence><xs:element ref='x:data'/></xs:sequence><xs:attribute name='at' type='xs:gYear'/>`,
    );
    const [thing] = draftSchema(schema(inside));
    expect(thing?.fields.map(({ mark }) => mark)).toEqual([
      'a codec for xs:gYear',
      'the class of <x:data/>, of another namespace',
    ]);
  });
});

it('calls things so that nothing has two names', () => {
  expect(pascal('software-version')).toBe('SoftwareVersion');
  expect(className('error', new Set())).toBe('ErrorElement');
  expect(className('item', new Set(['Item']), 'list')).toBe('ListItem');
  expect(fieldName('set', new Set())).toBe('setElement');
  expect(fieldName('node-id', new Set())).toBe('nodeId');
  expect(namespaceName('http://jabber.org/protocol/disco#info')).toBe('NS_INFO');
  expect(namespaceName('urn:xmpp:ping')).toBe('NS_PING');
});
