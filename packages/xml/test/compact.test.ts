import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, DocumentParser, ReadOnlyError, XmlElement } from '../src/index.js';
import { createSaxesParser } from '../src/stream.js';
import { bytesOf, HEADER, Recorder } from './harness.js';

const PRESENCE =
  "<presence from='romeo@montague.example/orchard' to='juliet@capulet.example/balcony'><show>away</show>" +
  "<status xml:lang='en'>I am in the orchard until the morning &amp; longer</status>" +
  "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://client.example' ver='q07IKJEyjvHSyhy//CH0CxmKi8w='/>" +
  "<x xmlns='urn:example:unread'><y a='1'>inner<z xmlns='urn:example:deep'/></y></x></presence>";

function received(text = PRESENCE): XmlElement {
  const [element] = new Recorder().write(bytesOf(HEADER), bytesOf(text)).elements;
  if (!element) throw new Error('not read');
  return element;
}

describe('a compact element', () => {
  it('is the same XML, also where nobody had looked at the original', () => {
    const text = received().toString();
    expect(received().compact().toString()).toBe(text);
    const seen = received();
    seen.toString();
    expect(seen.compact().toString()).toBe(text);
    expect(seen.compact().compact().toString()).toBe(text);
  });

  it('has the origin of the original: addresses, language, what it answers', () => {
    const element = received();
    const from = { full: 'romeo@montague.example/orchard' };
    element.origin?.setAddresses(from, undefined);
    element.origin?.seal();
    const compact = element.compact();
    expect(compact.origin).toBe(element.origin);
    expect(compact.child('show')?.origin).toBe(element.origin);
    expect([compact.origin?.from, compact.origin?.lang]).toEqual([from, 'en']);
  });

  it('of what may still be written to is not sealed with it', () => {
    const element = received();
    element.origin?.setAddresses({ full: 'a@b' }, undefined);
    const compact = element.compact();
    element.origin?.seal();
    compact.child('show')?.append('!');
    expect([compact.readOnly, compact.origin?.copied, compact.origin?.from?.full, compact.origin?.lang]).toEqual([
      false,
      element.origin,
      'a@b',
      'en',
    ]);
  });

  it.each([
    ['an attribute', (element: XmlElement) => element.setAttribute('id', 'new')],
    ['a text inside', (element: XmlElement) => element.child('show')?.append('!')],
    [
      'an element that nobody had looked into',
      (element: XmlElement) => element.child('x', 'urn:example:unread')?.clear(),
    ],
    ['a grandchild', (element: XmlElement) => element.child('x', 'urn:example:unread')?.child('y')?.append('new')],
  ])('has what was written before it was sealed: %s', (_, write) => {
    const element = received();
    write(element);
    element.origin?.seal();
    expect(element.compact().toString()).toBe(element.toString());
    expect(element.toString()).not.toBe(received().toString());
  });

  it('has what was written before it became a part of something else', () => {
    const element = received();
    element.setAttribute('id', 'new').child('show')?.append('!');
    const origin = received().origin;
    element.origin = origin;
    origin?.seal();
    expect(element.compact().toString()).toBe(element.toString());
  });

  it('is as deep as what was read, which may be as deep as anything', () => {
    const deep = `<message>${"<a xmlns='urn:a'>".repeat(63)}${'</a>'.repeat(63)}</message>`;
    const element = received(deep);
    element.origin?.seal();
    expect(element.compact().toString()).toBe(element.toString());
  });

  it('is read-only where the original is, and is copied into something that is not', () => {
    const element = received();
    element.origin?.seal();
    const compact = element.compact();
    expect(() => compact.child('show')?.append('x')).toThrow(ReadOnlyError);
    expect(compact.copy().append('x').readOnly).toBe(false);
  });

  it('does not change with the original', () => {
    const element = new XmlElement('a', 'urn:a', { b: '1' }).append('text', new XmlElement('c', 'urn:c'));
    const compact = element.compact();
    element.setAttribute('b', '2').clear();
    expect(compact.toString()).toBe("<a xmlns='urn:a' b='1'>text<c xmlns='urn:c'/></a>");
    compact.setAttribute('b', '3').append('more');
    expect(element.attribute('b')).toBe('2');
  });

  it('has texts and attributes of every length and kind', () => {
    for (const text of [
      '',
      'x',
      'presence',
      'x'.repeat(12),
      'x'.repeat(13),
      'x'.repeat(5_000),
      'ž',
      '€uro and more than that',
      '😀',
      '😀 and more than that',
    ]) {
      const element = new XmlElement('a', '', { [`b${text.length}`]: text }).append(text);
      expect(element.compact().toString()).toBe(element.toString());
    }
  });
});

describe('what is kept of what was read', () => {
  const MANY = 300;
  const READ = 16_384;
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;

  /** Bytes that are kept alive by what `keep` returns for each of many reads of 16 KB. */
  function keptBy(keep: (i: number) => unknown): number {
    const kept: unknown[] = [];
    // The first ones compile the code.
    for (let i = 0; i < 20; i++) keep(i);
    const used = (): number => {
      for (let i = 0; i < 3; i++) gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    // What else the process does meanwhile only adds to it.
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3; round++) {
      kept.length = 0;
      const before = used();
      for (let i = 0; i < MANY; i++) kept.push(keep(i));
      const after = used();
      expect(kept).toHaveLength(MANY);
      least = Math.min(least, (after - before) / MANY);
    }
    return least;
  }

  const filler = (i: number): string => `<message><body>${`${i}`.repeat(READ / `${i}`.length - 600)}</body></message>`;

  it('is the compact element alone, of a read of a stream', () => {
    const ignore = (): void => {};
    let last: XmlElement | undefined;
    const element = (each: XmlElement): void => {
      if (each.name === 'presence') last = each;
    };
    const parser = createSaxesParser(
      { streamStart: ignore, streamEnd: ignore, error: ignore, element },
      DEFAULT_LIMITS,
    );
    parser.write(bytesOf(HEADER));
    const read = (i: number): XmlElement => {
      // A fresh buffer, as each read of a socket has one.
      parser.write(bytesOf(PRESENCE + filler(i)));
      return last as XmlElement;
    };
    expect(keptBy((i) => read(i).compact())).toBeLessThan(3_072);
    // Without it the whole read is kept: the measure is one.
    expect(keptBy(read)).toBeGreaterThan(READ);
  });

  it('is the compact element alone, of a document', () => {
    const parser = new DocumentParser();
    const parse = (i: number): XmlElement =>
      parser.parse(`<frame>${PRESENCE}${filler(i)}</frame>`).firstElement as XmlElement;
    expect(keptBy((i) => parse(i).compact())).toBeLessThan(3_072);
    expect(keptBy(parse)).toBeGreaterThan(READ);
  });
});
