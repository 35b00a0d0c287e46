import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, NS_COMPONENT, parseDocument, XmlStreamError } from '../src/index.js';

describe('parseDocument', () => {
  it('gives the root, in the namespaces that the text declares', () => {
    const root = parseDocument("<?xml version='1.0'?>\n<a xmlns='urn:a' b='1'><c xmlns=''/>text</a>\n");
    expect([root.name, root.namespace, root.attribute('b'), root.text]).toEqual(['a', 'urn:a', '1', 'text']);
    expect(root.child('c', '')).toBeDefined();
    expect(parseDocument('<a/>').namespace).toBe('');
  });

  it('leaves the namespace of components alone', () => {
    expect(parseDocument(`<message xmlns='${NS_COMPONENT}'/>`).namespace).toBe(NS_COMPONENT);
  });

  it('gives something that may be written to', () => {
    expect(parseDocument('<a/>').setAttribute('b', '1').attribute('b')).toBe('1');
  });

  it.each([
    ...[
      '',
      ' ',
      '<a>',
      '<a',
      '<a/><b/>',
      '<a/>text',
      'text',
      '<a/>&#32;',
      '<a/>\ud83d',
      '<a/><',
      '</a>',
      '<a></b>',
      '<stream:a/>',
    ],
    ...['<?xml', '<a/></a>', '<![CDATA[]]>', '<a/><![CDATA[]]>', '\ufeff<a/>'],
  ])('refuses %j', (text) => {
    expect(() => parseDocument(text)).toThrow(expect.objectContaining({ condition: 'not-well-formed' }));
  });

  it('refuses what XMPP forbids', () => {
    for (const text of ['<!DOCTYPE a><a/>', '<a><!-- --></a>', '<a/><?x?>', '<a>&nbsp;</a>']) {
      expect(() => parseDocument(text)).toThrow(expect.objectContaining({ condition: 'restricted-xml' }));
    }
  });

  it('holds the limits, the root being at level 1', () => {
    const limits = { ...DEFAULT_LIMITS, maxDepth: 2 };
    expect(parseDocument('<a><b/></a>', limits).name).toBe('a');
    expect(() => parseDocument('<a><b><c/></b></a>', limits)).toThrow(XmlStreamError);
  });
});
