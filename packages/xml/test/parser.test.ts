import { describe, expect, it } from 'vitest';
import { type Limits, NS_CLIENT, NS_COMPONENT, NS_STREAM, NS_XML, type XmlElement } from '../src/index.js';
import { bytesOf, HEADER, opened, Recorder } from './harness.js';

function conditionOf(text: string, limits: Partial<Limits> = {}): string | undefined {
  return opened(limits).write(text).error?.condition;
}

describe('the stream header', () => {
  it('is told as it came', () => {
    expect(opened().headers).toEqual([
      {
        name: 'stream',
        namespace: NS_STREAM,
        contentNamespace: NS_CLIENT,
        to: 'alice@example.org',
        from: 'example.org',
        id: 's1',
        version: '1.0',
        lang: 'en',
      },
    ]);
  });

  it('may lack everything', () => {
    const [header] = new Recorder().write('<html>').headers;
    expect(header).toEqual({
      name: 'html',
      namespace: '',
      contentNamespace: '',
      to: undefined,
      from: undefined,
      id: undefined,
      version: undefined,
      lang: undefined,
    });
  });

  it.each([
    ["<?xml version='1.0'?>", undefined],
    ['<?xml version="1.0" encoding="utf-8" standalone="yes" ?>\n', undefined],
    ["<?xml version='1.1'?>", undefined],
    ['\n ', undefined],
    ["<?xml version='1.0' encoding='US-ASCII'?>", 'unsupported-encoding'],
    ["<?xml version='2.0'?>", 'not-well-formed'],
    ["<?xml encoding='UTF-8'?>", 'not-well-formed'],
    [`<?xml version='1.0'${' '.repeat(300)}?>`, 'not-well-formed'],
    [" <?xml version='1.0'?>", 'restricted-xml'],
    ["<?xml version='1.0'?><?xml version='1.0'?>", 'restricted-xml'],
    ['<?xml-model?>', 'restricted-xml'],
    ['\ufeff', 'not-well-formed'],
    ['&#32;', 'not-well-formed'],
    ['<![CDATA[x]]>', 'not-well-formed'],
  ])('follows a prolog: %j', (prolog, condition) => {
    const recorder = new Recorder().write(`${prolog}<stream:stream xmlns:stream='${NS_STREAM}'>`);
    expect(recorder.error?.condition).toBe(condition);
    expect(recorder.headers).toHaveLength(condition === undefined ? 1 : 0);
  });

  it('does not bring XML 1.1 with it', () => {
    const recorder = new Recorder().write("<?xml version='1.1'?><s>", '<a>&#1;</a>');
    expect(recorder.error?.condition).toBe('not-well-formed');
  });

  describe('of a component', () => {
    const COMPONENT = `<stream:stream xmlns='${NS_COMPONENT}' xmlns:stream='${NS_STREAM}' xmlns:own='${NS_COMPONENT}' id='1'>`;
    const read = (text: string): XmlElement => {
      const { elements, error } = new Recorder().write(COMPONENT, bytesOf(text));
      if (!elements[0]) throw error ?? new Error('nothing was read');
      return elements[0];
    };

    it('gives its namespace to stanzas as that of clients', () => {
      const recorder = new Recorder().write(
        COMPONENT,
        "<handshake/><message><body/></message><iq xmlns='jabber:server'/>",
      );
      expect(recorder.headers[0]?.contentNamespace).toBe(NS_COMPONENT);
      const [handshake, message, server] = recorder.elements;
      expect(handshake?.namespace).toBe(NS_CLIENT);
      expect(message?.child('body')?.namespace).toBe(NS_CLIENT);
      expect(server?.namespace).toBe('jabber:server');
    });

    const BODY = "<message xmlns='jabber:client'><body>hi</body></message>";
    it.each([
      ['on the stanza', `<message xmlns='${NS_COMPONENT}'><body>hi</body></message>`],
      ['on a child', `<message><body xmlns='${NS_COMPONENT}'>hi</body></message>`],
      ['by a prefix of the stanza', `<c:message xmlns:c='${NS_COMPONENT}'><c:body>hi</c:body></c:message>`],
      ['by a prefix of a child', `<message><c:body xmlns:c='${NS_COMPONENT}'>hi</c:body></message>`],
      ['by a prefix of the header', '<own:message><own:body>hi</own:body></own:message>'],
      ['as that of clients', `<message xmlns='jabber:client'><body>hi</body></message>`],
      ['on a child, with a number for a character', `<message><body xmlns='${NS_COMPONENT}'>&#104;i</body></message>`],
    ])('knows it written out %s', (_, text) => {
      expect(read(text).toString()).toBe(BODY);
      const forwarded = read(
        `<message><f xmlns='urn:f'><g>${text.replace('<message>', `<message xmlns='${NS_COMPONENT}'>`)}</g></f></message>`,
      );
      expect(forwarded.child('f', 'urn:f')?.child('g')?.firstElement?.toString()).toBe(BODY);
    });

    it('is not mapped for a client', () => {
      const [message] = opened().write(`<message><body xmlns='${NS_COMPONENT}'/></message>`).elements;
      expect(message?.firstElement?.namespace).toBe(NS_COMPONENT);
    });
  });

  it('declares prefixes for the first-level elements', () => {
    const [features, error] = opened().write('<stream:features/><stream:error><text/></stream:error>').elements;
    expect([features?.name, features?.namespace]).toEqual(['features', NS_STREAM]);
    expect(error?.firstElement?.namespace).toBe(NS_CLIENT);
  });

  it('may end the stream by itself', () => {
    const recorder = new Recorder().write("<stream xmlns='urn:x'/>more");
    expect(recorder.trace).toHaveLength(2);
    expect(recorder.ended).toBe(true);
  });
});

describe('elements', () => {
  it('have their attributes in order, by expanded name', () => {
    const [iq] = opened().write(
      "<iq id='1' xml:lang='de' p:k='2' xmlns:p='urn:p' xmlns:q='urn:q' q:k='3' xml:space='preserve' k='4'/>",
    ).elements;
    expect(iq?.attributes()).toEqual([
      ['id', '1'],
      ['xml:lang', 'de'],
      ['{urn:p}k', '2'],
      ['{urn:q}k', '3'],
      ['xml:space', 'preserve'],
      ['k', '4'],
    ]);
  });

  it('have one string for text in pieces, references and CDATA', () => {
    const recorder = opened().write('<body>a<![CDATA[<&>]]>b&amp;c', '<![CDATA[]]]]>&#x1F600;<x/>\r\ny</body>');
    expect(recorder.elements[0]?.children.map(String)).toEqual(['a<&>b&c]]😀', "<x xmlns='jabber:client'/>", '\ny']);
  });

  it('take no comment, instruction or reference inside CDATA for one', () => {
    const [body] = opened().write('<body><![CDATA[<!-- <?x &bad; <![CDATA[ ]]>!?</body>').elements;
    expect(body?.text).toBe('<!-- <?x &bad; <![CDATA[ !?');
  });

  it('share one origin with all that is inside, and none with others', () => {
    const [a, b] = opened().write('<a><b/></a><b/>').elements;
    expect(a?.origin?.sealed).toBe(false);
    expect(a?.firstElement?.origin).toBe(a?.origin);
    expect(b?.origin).not.toBe(a?.origin);
  });

  it('come with their size in bytes', () => {
    const recorder = opened().write('<a/> <b>é€😀</b><c>', '</c>\n<d/>');
    expect(recorder.sizes).toEqual([4, 16, 7, 4]);
  });

  it('lose a prefix where its declaration ends', () => {
    expect(conditionOf("<a xmlns:p='urn:p'><p:b/></a>")).toBeUndefined();
    expect(conditionOf("<a xmlns:p='urn:p'><p:b/></a><p:b/>")).toBe('not-well-formed');
    const [a] = opened().write("<a xmlns:p='urn:1'><b xmlns:p='urn:2'><p:x/></b><p:x/></a>").elements;
    expect(a?.child('b')?.firstElement?.namespace).toBe('urn:2');
    expect(a?.child('x', 'urn:1')).toBeDefined();
  });

  it('may have no namespace', () => {
    const [a] = opened().write("<a xmlns=''><b/></a>").elements;
    expect(a?.firstElement?.namespace).toBe('');
  });

  it('may know the prefix xml, however it came', () => {
    const [a] = opened().write(`<a xmlns:xml='${NS_XML}'><xml:b/></a>`).elements;
    expect(a?.child('b', NS_XML)).toBeDefined();
  });

  it.each([
    ...[
      "<a b='1' b='2'/>",
      "<a xmlns='x' xmlns='y'/>",
      "<a xmlns:p='x' xmlns:p='y'/>",
      '<:a/>',
      '<stream:/>',
      '<a :b=""/>',
    ],
    ...[
      "<a xmlns:=''/>",
      "<a xmlns:b:c='x'/>",
      "<a xmlns:1='x'/>",
      '<stream:1a/>',
      '<xmlns:a/>',
      "<a xmlns:q='http://www.w3.org/2000/xmlns/'/>",
    ],
    ...[
      `<a xmlns='${NS_XML}'/>`,
      `<a xmlns:q='${NS_XML}'/>`,
      "<a p:b='1'/>",
      '<a>]]></a>',
      '<a></b>',
      '<a></stream:stream>',
    ],
    ...[
      '<a/></message>',
      '</a>',
      '<a b="&#1;"/>',
      '<a>&#xFFFE;</a>',
      '<a>\ud800</a>',
      '<a>\udc00</a>',
      '<a>&#12 ;</a>',
      '<a>&</a>',
    ],
    ...['<a b="<"/>', '<a b=1/>', '<a/ >', '<a>\u0000</a>', '<a>&abcdefghijk'],
  ])('are not well-formed: %j', (text) => {
    const recorder = opened().write(text);
    expect(recorder.error?.condition).toBe('not-well-formed');
  });

  it('with many attributes are looked through for duplicates, too', () => {
    const many = Array.from({ length: 50 }, (_, i) => ` a${i}='${i}'`).join('');
    expect(conditionOf(`<a${many}/>`)).toBeUndefined();
    expect(conditionOf(`<a${many} a3=''/>`)).toBe('not-well-formed');
  });

  it.each(['x', '&#32;', '&amp;', '<![CDATA[ ]]>', '\u00a0'])('have no text between them: %j', (text) => {
    expect(conditionOf(`<a/>${text}<b/>`)).toBe('bad-format');
    expect(opened().write(text).error?.condition).toBe('bad-format');
  });
});

describe('the end', () => {
  it('of an element is only true with the right name', () => {
    for (const text of ['<a></b>', '<a></stream:stream>', '<a></a:a>']) {
      const recorder = opened().write(`${text}<c/>`);
      expect(recorder.elements).toEqual([]);
      expect(recorder.ended).toBe(false);
    }
  });

  it('of the stream is only true with the right name', () => {
    const recorder = opened().write('</stream>');
    expect(recorder.ended).toBe(false);
    expect(recorder.error?.condition).toBe('not-well-formed');
  });

  it('is the last event, whatever follows', () => {
    for (const rest of ['<a/>', 'text', '&nbsp;', '<!-- -->', '\u0001', '</stream:stream>', HEADER]) {
      const recorder = opened().write(`</stream:stream>${rest}`, '<b/>');
      expect(recorder.ended).toBe(true);
      expect(recorder.error).toBeUndefined();
      expect(recorder.elements).toEqual([]);
    }
  });
});
