import { describe, expect, it } from 'vitest';
import { parseDocument, SerializeError, serialize, XmlElement, type XmlNode } from '../src/index.js';
import { givenSeed, seeded } from './harness.js';

const CHARACTERS = [
  ...[
    'a',
    'Z',
    '_',
    '-',
    '.',
    '0',
    ':',
    '{',
    '}',
    ' ',
    '<',
    '>',
    '&',
    '"',
    "'",
    ']]>',
    '/',
    '=',
    '!',
    '?',
    ';',
    '#',
    '&amp;',
  ],
  ...[
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\0',
    '\u0001',
    '\u007f',
    '\u0085',
    'é',
    '€',
    '\u2028',
    '😀',
    '\ud800',
    '\udc00',
    '\ufffd',
    '\ufffe',
    '\ufeff',
  ],
  ...['<![CDATA[', '<!--', 'xmlns', 'xml:', '__proto__', 'http://www.w3.org/XML/1998/namespace', '\u0300', '·'],
];

describe('any strings', () => {
  it('come back from serialize and parse as the same tree, or are refused', () => {
    const seed = givenSeed();
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const anything = (length: number) =>
      Array.from({ length: Math.floor(random() * length) }, () => pick(CHARACTERS)).join('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are taken out
    const legal = (text: string) => text.replace(/[\0\u0001\ufffe]|\p{Surrogate}/gu, '');
    // Mostly what can be written, so that whole trees come through.
    const text = () => (random() < 0.02 ? anything(6) : legal(anything(6)));
    const name = () => (random() < 0.02 ? anything(3) : pick(['a', 'b', 'größe', '__proto__', 'constructor', 'x-1.y']));
    const namespace = () => (random() < 0.1 ? text() : pick(['', 'urn:a', 'urn:b', 'jabber:client']));
    const attribute = () => {
      const kind = random();
      return kind < 0.6 ? name() : kind < 0.7 ? `xml:${name()}` : `{${namespace() || 'urn:c'}}${name()}`;
    };
    const element = (depth: number): XmlElement => {
      const made = new XmlElement(name(), namespace());
      for (let i = Math.floor(random() * 4); i > 0; i--) made.setAttribute(attribute(), text());
      for (let i = Math.floor(random() * 4); i > 0; i--)
        made.append(depth > 0 && random() < 0.6 ? element(depth - 1) : text());
      return made;
    };
    let written = 0;
    let refused = 0;
    for (let i = 0; i < 5_000; i++) {
      const tree = element(3);
      let xml: string;
      try {
        xml = serialize(tree);
      } catch (error) {
        expect(error, `SEED=${seed}`).toBeInstanceOf(SerializeError);
        refused++;
        continue;
      }
      written++;
      expect(plain(parseDocument(xml)), `SEED=${seed}: ${JSON.stringify(xml)}`).toEqual(plain(tree));
    }
    expect(written).toBeGreaterThan(1_000);
    expect(refused).toBeGreaterThan(100);
  });
});

/** For comparing: adjacent texts joined. */
function plain(element: XmlElement): unknown {
  const children: unknown[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') children.push(text);
    text = '';
  };
  for (const child of element.children as readonly XmlNode[]) {
    if (typeof child === 'string') text += child;
    else {
      flush();
      children.push(plain(child));
    }
  }
  flush();
  return [element.name, element.namespace, element.attributes(), children];
}
