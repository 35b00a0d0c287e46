import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, DocumentParser, type Limits, type XmlElement } from '../src/index.js';
import { createSaxesParser } from '../src/stream.js';
import { byteByByte, bytesOf, HEADER } from './harness.js';

const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  maxStanzaBytes: 400,
  maxElements: 5,
  maxAnswerBytes: 1_000,
  maxAnswerElements: 20,
};

/** What came of a text behind the header, where whatever has that id was asked for. */
function read(text: string, cut: (bytes: Uint8Array) => Uint8Array[], limits = LIMITS) {
  const asked: string[] = [];
  const told: string[] = [];
  const parser = createSaxesParser(
    {
      streamStart: () => {},
      streamEnd: () => {},
      element: (element, bytes) => told.push(`${element.attribute('id')} ${bytes}`),
      awaited: (element: XmlElement) => {
        const id = element.attribute('id');
        asked.push(`${element.name} ${id} ${element.namespace}`);
        return id === 'ours';
      },
      error: ({ condition, limit }) => told.push(`${condition} ${limit}`),
    },
    limits,
  );
  parser.write(HEADER);
  for (const chunk of cut(bytesOf(text))) parser.write(chunk);
  return { asked, told };
}

const whole = (bytes: Uint8Array): Uint8Array[] => [bytes];
const answer = (id: string, items: number, more = '') =>
  `<iq id='${id}' type='result'><query>${'<i/>'.repeat(items)}${more}</query></iq>`;
const ofSize = (id: string, bytes: number) => answer(id, 0, 'x'.repeat(bytes - answer(id, 0).length));

describe.each([
  ['in one piece', whole],
  ['byte by byte', byteByByte],
])('an answer that was asked for, %s', (_how, cut) => {
  it('may be larger than what was not', () => {
    const text = ofSize('ours', 1_000) + ofSize('ours', 400) + ofSize('theirs', 400);
    expect(read(text, cut).told).toEqual(['ours 1000', 'ours 400', 'theirs 400']);
    expect(read(ofSize('theirs', 401), cut).told).toEqual(['policy-violation maxStanzaBytes']);
    expect(read(ofSize('ours', 1_001), cut).told).toEqual(['policy-violation maxAnswerBytes']);
  });

  it('may have more elements', () => {
    expect(read(answer('ours', 18), cut).told).toHaveLength(1);
    expect(read(answer('ours', 18), cut).told[0]).toMatch(/^ours/);
    expect(read(answer('theirs', 4), cut).told).toEqual(['policy-violation maxElements']);
    expect(read(answer('ours', 19), cut).told).toEqual(['policy-violation maxAnswerElements']);
  });

  it('is asked after once, and only where it passes a limit', () => {
    const { asked } = read(answer('ours', 1) + answer('ours', 18, 'x'.repeat(600)) + ofSize('ours', 401), cut);
    expect(asked).toEqual(['iq ours jabber:client', 'iq ours jabber:client']);
  });

  it('leaves nothing of its room to what follows', () => {
    expect(read(ofSize('ours', 900) + ofSize('theirs', 401), cut).told).toEqual([
      'ours 900',
      'policy-violation maxStanzaBytes',
    ]);
  });

  it('has no less room than anything else', () => {
    const small = { ...LIMITS, maxAnswerBytes: 10, maxAnswerElements: 1 };
    expect(read(ofSize('ours', 400), cut, small).told).toEqual(['ours 400']);
    expect(read(ofSize('ours', 401), cut, small).told).toEqual(['policy-violation maxAnswerBytes']);
  });

  it('is none before its start tag is complete', () => {
    for (const end of ['/>', '></iq>']) {
      const { asked, told } = read(`<iq id='ours' a='${'x'.repeat(500)}'${end}`, cut);
      expect(asked).toEqual([]);
      expect(told).toEqual(['policy-violation maxStanzaBytes']);
    }
  });
});

describe('a document that was asked for', () => {
  it('may be larger too', () => {
    const parser = new DocumentParser({ limits: LIMITS, awaited: (root) => root.attribute('id') === 'ours' });
    expect(parser.parse(ofSize('ours', 1_000)).attribute('id')).toBe('ours');
    expect(() => parser.parse(ofSize('ours', 1_001))).toThrow('limits.maxAnswerBytes');
    expect(() => parser.parse(ofSize('theirs', 401))).toThrow('limits.maxStanzaBytes');
    expect(() => parser.parse(answer('theirs', 4))).toThrow('limits.maxElements');
  });
});
