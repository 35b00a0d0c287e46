import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Limits, Origin, XmlElement } from '../src/index.js';
import { PlainReader } from '../src/plain-reader.js';
import { AsciiDecoder, type Utf8Text } from '../src/utf8-text.js';
import { byteByByte, bytesOf, givenSeed, HEADER, randomSplit, seeded, traceOf } from './harness.js';

const MANY = 400;

function textOf(text: string): Utf8Text {
  return withText(bytesOf(text));
}

function withText(bytes: Uint8Array): Utf8Text {
  return { ascii: new AsciiDecoder().decode(bytes), bytes };
}

function read(text: string, limits: Partial<Limits> = {}): XmlElement | 'incomplete' | 'other' {
  return readBytes(bytesOf(text), limits);
}

function readBytes(bytes: Uint8Array, limits: Partial<Limits> = {}): XmlElement | 'incomplete' | 'other' {
  const around = {
    limits: { ...DEFAULT_LIMITS, ...limits },
    inside: 'jabber:client',
    contentNamespace: 'jabber:client',
    namespaceOf: (prefix: string) => (prefix === 'stream' ? 'http://etherx.jabber.org/streams' : undefined),
  };
  const reader = new PlainReader();
  const element = reader.read(withText(bytes), 0, around, new Origin());
  if (element) expect(reader.end).toBe(bytes.length);
  return element ?? (reader.incomplete ? 'incomplete' : 'other');
}

describe('a plain reader', () => {
  it.each([
    "<message to='a@b' id=\"1\"><body>Grüße 🦉 a&amp;b &lt;&apos;&quot;&gt; ]] ></body><x xmlns='urn:x' a='&amp;é'/></message>",
    "<iq xmlns='jabber:client' type='result' ><query xmlns='jabber:iq:roster'><item jid='a@b'/>\n\t</query></iq>",
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>",
    "<presence xml:lang='de'/>",
  ])('reads what is usual: %s', (text) => {
    expect(read(text)).toBeInstanceOf(XmlElement);
  });

  it.each([
    ['a comment', '<a><!-- --></a>'],
    ['a CDATA section', '<a><![CDATA[x]]></a>'],
    ['a number for a character', '<a>&#65;</a>'],
    ['an entity', '<a>&nbsp;</a>'],
    ['a bare ampersand', '<a>&</a>'],
    ['the end of a CDATA section', '<a>]]></a>'],
    ['a control character', '<a>\u0007</a>'],
    ['a carriage return', '<a>\r\n</a>'],
    ['U+FFFE', '<a>\ufffe</a>'],
    ['U+FFFF in an attribute', "<a b='\uffff'/>"],
    ['a line break in an attribute', "<a b='\n'/>"],
    ['a < in an attribute', "<a b='<'/>"],
    ['no quotes', '<a b=c/>'],
    ['an attribute twice', "<a b='1' b='2'/>"],
    ['no space between attributes', "<a b='1'c='2'/>"],
    ['another end tag', '<a></b>'],
    ['another end tag, and no more', '<message></a>'],
    ['a prefix of its own', "<x:a xmlns:x='urn:x'/>"],
    ['a prefix that nobody declared', '<x:a/>'],
    ['an attribute with a prefix', "<a stream:b='1'/>"],
    ['a stream in the stream', "<stream:stream to='b'>"],
    ['the namespace of XML', "<a xmlns='http://www.w3.org/XML/1998/namespace'/>"],
    ['a name that is not ASCII', '<é/>'],
    ['a name that begins with a digit', '<1/>'],
    ['two colons', '<stream:a:b/>'],
  ])('leaves to others what is unusual or wrong: %s', (_, text) => {
    expect(read(text)).toBe('other');
  });

  it.each([
    ['a few of each length', 'é€😀'],
    ['many', 'Ты – моё всё, 你好 😀'.repeat(9)],
    ['a byte order mark', '\ufeffx\ufeff'],
    ['those beside references and question marks', 'a?é&amp;?€&lt;😀?'],
    ['the last ones of each length', '\u07ff\ud7ff\ue000\ufffd\u{10ffff}'],
  ])('reads characters beyond ASCII: %s', (_, written) => {
    const element = read(`<a b='${written}'>${written}<c>${written}</c><d e='${written}'/></a>`);
    if (!(element instanceof XmlElement)) throw new Error('not read');
    const text = written.replace('&amp;', '&').replace('&lt;', '<');
    const { b, c, d } = {
      b: element.attribute('b'),
      c: element.child('c')?.text,
      d: element.child('d')?.attribute('e'),
    };
    expect([b, element.text, c, d]).toEqual([text, text, text, text]);
    expect(element.compact().child('d')?.attribute('e')).toBe(text);
  });

  it.each([
    ['a byte that goes on with nothing', [0x80]],
    ['one that begins nothing', [0xff]],
    ['a character that is over too early', [0xe2, 0x82]],
    ['a form that is too long', [0xc0, 0xaf]],
    ['the same in three bytes', [0xe0, 0x9f, 0xbf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['what is above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ])('leaves to others what is not UTF-8: %s', (_, wrong) => {
    for (const [before, after] of [
      ["<a b='", "'/>"],
      ['<a>', '</a>'],
      ["<a><c d='", "'/></a>"],
    ] as const) {
      const bytes = new Uint8Array([...bytesOf(before), ...wrong, ...bytesOf(after)]);
      expect(readBytes(bytes)).toBe('other');
    }
  });

  it('says that more may follow where a character is not all there', () => {
    const bytes = bytesOf("<a b='😀'/>");
    for (let length = 1; length < bytes.length; length++) expect(readBytes(bytes.slice(0, length))).toBe('incomplete');
  });

  it('says of every beginning of an element that more may follow', () => {
    const text = "<message to='a@b'><body>x &gt; y</body><x xmlns='urn:x'/></message>";
    const inReference = /&[a-z]*$/;
    for (let length = 1; length < text.length; length++) {
      const start = text.slice(0, length);
      expect(read(start), start).toBe(inReference.test(start) ? 'other' : 'incomplete');
    }
  });

  it.each<[string, Partial<Limits>]>([
    ['<a><b/></a>', { maxDepth: 1 }],
    ['<a><b/></a>', { maxElements: 1 }],
    ["<a b='1' c='2'/>", { maxAttributes: 1 }],
    ['<abcd/>', { maxNameBytes: 3 }],
    ['<abcd', { maxNameBytes: 3 }],
    ["<a b='abcd'/>", { maxAttributeBytes: 3 }],
    ["<a xmlns='urn:a'/>", { maxNamespaceBytes: 3 }],
  ])('leaves %s to others where the limits are %j', (text, limits) => {
    expect(read(text, limits)).toBe('other');
  });
});

describe('what stands inside of a child', () => {
  const TEXT =
    "<message to='a@b'>\n<body>Grüße 🦉</body><x xmlns='urn:x' a='&amp;é' b='2'>t<y xml:lang='de'>😀&lt;</y><z xmlns='urn:z'/></x><e xmlns='urn:e'/></message>";

  function child(name: string): XmlElement {
    const element = read(TEXT);
    if (!(element instanceof XmlElement)) throw new Error('not read');
    return [...element.elements()].find((each) => each.name === name) as XmlElement;
  }

  it.each<[string, (x: XmlElement) => unknown, unknown]>([
    ['an attribute', (x) => x.attribute('a'), '&é'],
    [
      'all attributes',
      (x) => x.attributes(),
      [
        ['a', '&é'],
        ['b', '2'],
      ],
    ],
    ['children', (x) => x.children.length, 3],
    ['elements', (x) => [...x.elements()].map(({ name }) => name), ['y', 'z']],
    ['the first element', (x) => x.firstElement?.text, '😀<'],
    ['a child by name', (x) => x.child('y')?.lang, 'de'],
    ['children by name', (x) => x.childrenNamed('z', 'urn:z').length, 1],
    ['its text', (x) => x.text, 't'],
    [
      'a copy',
      (x) => x.copy().toString(),
      "<x xmlns='urn:x' a='&amp;é' b='2'>t<y xml:lang='de'>😀&lt;</y><z xmlns='urn:z'/></x>",
    ],
    [
      'its XML',
      (x) => x.toString(),
      "<x xmlns='urn:x' a='&amp;é' b='2'>t<y xml:lang='de'>😀&lt;</y><z xmlns='urn:z'/></x>",
    ],
  ])('is there whatever is asked first: %s', (_, ask, expected) => {
    expect(ask(child('x'))).toEqual(expected);
  });

  it.each<[string, (x: XmlElement) => unknown, string]>([
    ['an attribute', (x) => x.setAttribute('b', undefined), "<x xmlns='urn:x' a='&amp;é'>t"],
    ['a node at the end', (x) => x.append('!'), '</x>'],
    ['a node in between', (x) => x.insert(0, '!'), "b='2'>!t<y"],
    ['nothing', (x) => x.clear(), "<x xmlns='urn:x' a='&amp;é' b='2'/>"],
  ])('is there before it is written to: %s', (_, write, expected) => {
    const x = child('x');
    write(x);
    expect(x.toString()).toContain(expected);
  });

  it('belongs to the same stanza', () => {
    const x = child('x');
    expect(x.firstElement?.origin).toBe(x.origin);
    x.origin?.seal();
    expect(() => x.firstElement?.append('!')).toThrow('read-only');
  });

  it('is there when other stanzas have been read since', () => {
    const around = { limits: DEFAULT_LIMITS, inside: 'c', contentNamespace: 'c', namespaceOf: () => undefined };
    const reader = new PlainReader();
    const stanza = (text: string) => reader.read(textOf(text), 0, around, new Origin());
    const first = stanza("<a><b c='1'>first</b></a>");
    const second = stanza("<a><b c='2'><d/></b></a>");
    expect([`${first}`, `${second}`]).toEqual([
      "<a xmlns='c'><b c='1'>first</b></a>",
      "<a xmlns='c'><b c='2'><d/></b></a>",
    ]);
  });

  it('is there also where the limits have become tighter since', () => {
    const limits = { ...DEFAULT_LIMITS };
    const around = { limits, inside: 'c', contentNamespace: 'c', namespaceOf: () => undefined };
    const text = "<a><b c='1'><d><e/></d></b></a>";
    const element = new PlainReader().read(textOf(text), 0, around, new Origin());
    Object.assign(limits, { maxDepth: 1, maxElements: 1, maxNameBytes: 1, maxAttributes: 0 });
    expect(element?.child('b')?.child('d')?.firstElement?.name).toBe('e');
  });
});

describe('what is read in one go', () => {
  const seed = givenSeed();
  const TEXTS = ['', 'text', 'é', '€', '😀', '&amp;', '&lt;', ']]', '\n', ' ', '>', '&#65;', "'", '"'];
  const NAMES = ['a', 'message', 'body', 'x-y.z', 'stream:error', 'query'];
  const BITS = [
    ...TEXTS,
    '<',
    '&',
    ';',
    '/',
    '=',
    ':',
    ' ',
    'x',
    '\r',
    '\u0001',
    '\ufffe',
    '<!',
    "xmlns='urn:a'",
    '</a>',
  ];
  const TIGHT: Partial<Limits> = {
    ...{ maxDepth: 3, maxElements: 6, maxAttributes: 2, maxNameBytes: 8, maxAttributeBytes: 12 },
    ...{ maxNamespaceBytes: 9, maxStanzaBytes: 150 },
  };

  function make(random: () => number): string {
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const element = (depth: number): string => {
      const name = pick(NAMES);
      let tag = name;
      if (random() < 0.3) tag += ` xmlns='${pick(['urn:a', 'jabber:client', '', 'urn:example:b'])}'`;
      for (const attribute of ['id', 'to', 'xml:lang']) {
        if (random() < 0.4) tag += ` ${attribute}=${pick(["'1'", '"é"', "'a&apos;b'", "'€ > 😀'", "''"])}`;
      }
      if (random() < 0.3) return `<${tag}/>`;
      let content = '';
      while (random() < 0.6) content += depth < 4 && random() < 0.5 ? element(depth + 1) : pick(TEXTS);
      return `<${tag}>${content}</${name}>`;
    };
    let text = '';
    while (random() < 0.8) text += element(1) + pick(['', ' ', '\n']);
    while (random() < 0.4) {
      const at = Math.floor(random() * (text.length + 1));
      text = text.slice(0, at) + pick(BITS) + text.slice(at + Math.floor(random() * 3));
    }
    return text.replace(/\p{Surrogate}/gu, '');
  }

  it.each([
    ['', {}],
    [' within tight limits', TIGHT],
  ])(`is what comes out byte by byte%s (seed ${seed})`, (_, limits) => {
    const random = seeded(seed);
    for (let i = 0; i < MANY; i++) {
      const text = make(random);
      const [header, rest] = [bytesOf(HEADER), bytesOf(text)];
      const expected = traceOf([header, ...byteByByte(rest)], limits);
      expect(traceOf([header, rest], limits), text).toBe(expected);
      expect(traceOf([header, ...randomSplit(rest, random)], limits), text).toBe(expected);
    }
  });
});
