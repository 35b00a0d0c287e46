import { describe, expect, it } from 'vitest';
import {
  DEFAULT_LIMITS,
  DocumentParser,
  type Limits,
  NS_CLIENT,
  NS_COMPONENT,
  parseDocument,
  XmlStreamError,
} from '../src/index.js';
import { readDocument } from '../src/read-document.js';
import { givenSeed, seeded } from './harness.js';
import { PIECES } from './random-xml.js';

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
    expect(parseDocument('<a><b/></a>', { limits }).name).toBe('a');
    expect(() => parseDocument('<a><b><c/></b></a>', { limits })).toThrow(XmlStreamError);
  });
});

/** What parsing comes to. */
function outcome(parse: () => unknown): string {
  try {
    return `${parse()}`;
  } catch (error) {
    if (!(error instanceof XmlStreamError)) throw error;
    return `${error.condition} ${error.limit}: ${error.message}`;
  }
}

describe('a parser of documents that is used again', () => {
  const GOOD = "<message xmlns='jabber:client' xmlns:p='urn:p' to='a@b'><body>hi</body><p:x/></message>";
  const READ = "<message xmlns='jabber:client' to='a@b'><body>hi</body><x xmlns='urn:p'/></message>";

  it.each([
    ['half a tag', '<message'],
    ['half an element', "<message xmlns='urn:other'><body>"],
    ['half a CDATA section', '<a><![CDATA[x]]'],
    ['half a reference', '<a>&am'],
    ['half a character', '<a>\ud83d'],
    ['half a declaration', '<?xml version='],
    ['another encoding', "<?xml version='1.0' encoding='UTF-16'?><a/>"],
    ['two elements', '<a/><b/>'],
    ['a prefix that is declared and left open', "<q:a xmlns:q='urn:q'><b xmlns='urn:b'>"],
    ['what XMPP forbids', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['too many elements', `<a>${'<b/>'.repeat(30_000)}</a>`],
    ['too deep a nesting', '<a>'.repeat(100)],
    ['too long a name', `<${'n'.repeat(300)}/>`],
    ['an attribute twice', "<a b='1' b='2'/>"],
    ['nothing', ''],
  ])('reads the next one as if there had been nothing before, after %s', (_, bad) => {
    const parser = new DocumentParser();
    expect(() => parser.parse(bad)).toThrow(XmlStreamError);
    expect(parser.parse(GOOD).toString()).toBe(READ);
    expect(() => parser.parse(bad)).toThrow(XmlStreamError);
    expect(outcome(() => parser.parse('<q:a/>'))).toBe(outcome(() => parseDocument('<q:a/>')));
    expect(outcome(() => parser.parse('<p:x/>'))).toBe('not-well-formed undefined: a prefix is not declared');
    expect(parser.parse('<body>hi</body>').namespace).toBe('');
  });

  it('gives elements that the next document does not change', () => {
    const parser = new DocumentParser();
    const first = parser.parse("<a><x xmlns='urn:1'><y b='1'>one</y></x></a>");
    const second = parser.parse("<a><x xmlns='urn:2'><y b='2'>two</y></x></a>");
    expect(() => parser.parse('<a><x')).toThrow();
    expect(first.toString()).toBe("<a><x xmlns='urn:1'><y b='1'>one</y></x></a>");
    expect(second.toString()).toBe("<a><x xmlns='urn:2'><y b='2'>two</y></x></a>");
    expect(first.origin).not.toBe(second.origin);
  });

  it('gives elements that hundreds of documents of every size do not change, nor each other', () => {
    const parser = new DocumentParser();
    const text = (i: number): string => `<x n='${i}'>${(i % 3 === 0 ? 'é' : 'e').repeat((i * 37) % 1_500)}<y/></x>`;
    const roots = Array.from({ length: 300 }, (_, i) => parser.parse(`<a>${text(i)}</a>`));
    for (const [i, root] of roots.entries()) expect(`${root.child('x')}`).toBe(text(i));
  });

  it('takes other limits, namespaces and languages from the next document on', () => {
    const parser = new DocumentParser({ lang: 'en' });
    expect(parser.parse('<a/>').origin?.lang).toBe('en');
    parser.set({ limits: { ...DEFAULT_LIMITS, maxStanzaBytes: 10 } });
    expect(parser.parse('<a></a>').origin?.lang).toBe('en');
    expect(() => parser.parse('<a>12345</a>')).toThrow('maxStanzaBytes');
    parser.set({ limits: DEFAULT_LIMITS, namespace: NS_CLIENT, lang: 'de' });
    const element = parser.parse('<message><body/></message>');
    expect([element.namespace, element.firstElement?.namespace, element.origin?.lang]).toEqual([
      NS_CLIENT,
      NS_CLIENT,
      'de',
    ]);
    // Also where the tokenizer reads it.
    expect(parser.parse('<message>&#65;</message>').namespace).toBe(NS_CLIENT);
    expect(parser.parse('<message>&#65;</message>').origin?.lang).toBe('de');
  });

  it('counts the bytes of the document', () => {
    const parser = new DocumentParser();
    parser.parse(' <a>é€😀</a>\n');
    expect(parser.bytes).toBe(18);
  });

  it('comes to what a parser of its own comes to, whatever the text', () => {
    const seed = givenSeed();
    const random = seeded(seed);
    const parser = new DocumentParser();
    const pick = (): string => PIECES[Math.floor(random() * PIECES.length)] as string;
    for (let i = 0; i < 3_000; i++) {
      const limits: Limits = {
        ...DEFAULT_LIMITS,
        ...(random() < 0.5 ? { maxStanzaBytes: 40 + Math.floor(random() * 80), maxDepth: 3, maxElements: 5 } : {}),
      };
      let text = random() < 0.8 ? "<a xmlns:p='urn:p'>" : '';
      while (random() < 0.8) text += random() < 0.4 ? "<b c='1'>Hé €</b>" : pick();
      if (random() < 0.6) text += '</a>';
      if (random() < 0.3) text += pick();
      parser.set({ limits });
      expect(
        outcome(() => parser.parse(text)),
        `SEED=${seed}, round ${i}: ${JSON.stringify(text)}`,
      ).toBe(outcome(() => parseAfresh(text, limits)));
    }
  });
});

/** By a tokenizer that has never seen anything else. */
function parseAfresh(text: string, limits: Limits): unknown {
  return readDocument(text, limits, { namespace: '', lang: undefined, notOne: 'not-well-formed' }, () => false);
}
