import { describe, expect, it } from 'vitest';
import { NS_CLIENT, NS_STREAM, NS_XML, parseDocument, SerializeError, serialize, XmlElement } from '../src/index.js';

describe('serialize', () => {
  it('declares a namespace where it changes', () => {
    const element = new XmlElement('iq', NS_CLIENT, { id: '1' }).append(
      new XmlElement('query', 'urn:q').append(new XmlElement('item', 'urn:q'), new XmlElement('x', '')),
    );
    expect(serialize(element)).toBe(
      "<iq xmlns='jabber:client' id='1'><query xmlns='urn:q'><item/><x xmlns=''/></query></iq>",
    );
    expect(serialize(element, { parentNamespace: NS_CLIENT })).toBe(
      "<iq id='1'><query xmlns='urn:q'><item/><x xmlns=''/></query></iq>",
    );
    expect(String(new XmlElement('a', ''))).toBe('<a/>');
  });

  it('uses the prefixes that are declared around it', () => {
    const options = { parentNamespace: NS_CLIENT, prefixes: new Map([[NS_STREAM, 'stream']]) };
    const error = new XmlElement('error', NS_STREAM).append(
      new XmlElement('conflict', 'urn:e'),
      new XmlElement('a', NS_CLIENT),
    );
    expect(serialize(error, options)).toBe("<stream:error><conflict xmlns='urn:e'/><a/></stream:error>");
    expect(serialize(new XmlElement('a', NS_CLIENT, { [`{${NS_STREAM}}b`]: 'c' }), options)).toBe("<a stream:b='c'/>");
  });

  it('makes prefixes for attributes with a namespace, one for each', () => {
    const element = new XmlElement('a', '', { '{urn:x}b': '1', '{urn:x}c': '2', '{urn:y}b': '3', 'xml:lang': 'en' });
    expect(serialize(element)).toBe(
      "<a xmlns:ns1='urn:x' ns1:b='1' ns1:c='2' xmlns:ns2='urn:y' ns2:b='3' xml:lang='en'/>",
    );
    expect(serialize(new XmlElement('a', '', { '{urn:x}b': '1' }), { prefixes: new Map([['urn:z', 'ns1']]) })).toBe(
      "<a xmlns:ns2='urn:x' ns2:b='1'/>",
    );
    expect(parseDocument(serialize(element)).attributes()).toEqual(element.attributes());
  });

  it('keeps a brace in a namespace', () => {
    const element = new XmlElement('a', 'urn:}', { '{urn:a}evil}b': '1' });
    expect(parseDocument(serialize(element)).attributes()).toEqual([['{urn:a}evil}b', '1']]);
  });

  it('escapes text and values so that they survive', () => {
    const nasty = 'a<b>&"\'\r\n\t]]>😀é\u0085\u2028';
    const element = new XmlElement('a', 'urn:<&\'">', { b: nasty }).append(nasty);
    const text = serialize(element);
    expect(text).toBe(
      "<a xmlns='urn:&lt;&amp;&apos;&quot;&gt;' b='a&lt;b&gt;&amp;&quot;&apos;&#xD;&#xA;&#x9;]]&gt;😀é\u0085\u2028'>" +
        'a&lt;b&gt;&amp;"\'&#xD;\n\t]]&gt;😀é\u0085\u2028</a>',
    );
    const parsed = parseDocument(text);
    expect([parsed.text, parsed.attribute('b'), parsed.namespace]).toEqual([nasty, nasty, 'urn:<&\'">']);
  });

  it.each(['\0', '\u0001', '\u000b', '\u001f', '\ud800', '\udc00x', '\ufffe', '\uffff', '<&😀\ud83d&', '\ude00😀'])(
    'refuses the character %j',
    (bad) => {
      expect(() => serialize(new XmlElement('a', '').append(`x${bad}`))).toThrow(
        expect.objectContaining({ part: 'text' }),
      );
      expect(() => serialize(new XmlElement('a', '', { b: bad }))).toThrow(
        expect.objectContaining({ part: 'attribute' }),
      );
      expect(() => serialize(new XmlElement('a', bad))).toThrow(expect.objectContaining({ part: 'namespace' }));
    },
  );

  it.each(['', 'a b', 'a:b', '1a', '-a', 'a>', 'a/', 'é<', '{urn:a}b'])('refuses the element name %j', (name) => {
    expect(() => serialize(new XmlElement(name, ''))).toThrow(SerializeError);
  });

  it.each([
    ...[
      '',
      'a b',
      'p:b',
      '1a',
      'xmlns',
      'xmlns:p',
      'xml:',
      'xml:a:b',
      "a='1' b",
      '{urn:a}',
      '{urn:a}1',
      '{}a',
      '{a',
      '{',
      '}a',
    ],
    ...[`{${NS_XML}}lang`, '{http://www.w3.org/2000/xmlns/}a'],
  ])('refuses the attribute name %j', (name) => {
    expect(() => serialize(new XmlElement('a', '', { [name]: 'x' }))).toThrow(SerializeError);
  });

  it('refuses an attribute that is there twice, and the reserved namespace', () => {
    expect(() => serialize(XmlElement.adopt('a', '', ['b', '1', 'b', '2'], undefined))).toThrow(SerializeError);
    expect(() => serialize(new XmlElement('a', 'http://www.w3.org/2000/xmlns/'))).toThrow(SerializeError);
  });

  it('knows the one namespace whose prefix is never declared', () => {
    expect(serialize(new XmlElement('a', NS_XML).append(new XmlElement('b', '')))).toBe('<xml:a><b/></xml:a>');
  });

  it('writes names in any script', () => {
    const element = new XmlElement('größe', '', { имя: '1' });
    expect(parseDocument(serialize(element)).attribute('имя')).toBe('1');
  });

  it('refuses an element that is inside itself', () => {
    const element = new XmlElement('a', '');
    element.append(element);
    expect(() => serialize(element)).toThrow(SerializeError);
  });

  it('keeps what it refuses out of the message', () => {
    const attempt = () => serialize(new XmlElement('auth', '').append('secret\0'));
    expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });
});
