import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { codePoints, cut, fromUtf16, slice, TextIndex, toUtf16 } from '../src/index.js';

describe('characters', () => {
  it.each([
    ['Hello, world!', 13],
    ['You & Me', 8],
    ['こんにちは世界', 7],
    ['🧛🏾 👨‍👨‍👦‍👦 🇺🇳', 13],
    ['', 0],
    ['\ud83d', 1],
    ['\udc00\ud83d', 2],
    ['\u{10000}\u{10ffff}', 2],
    ['\ud800\udc00\udc00', 2],
    ['\ud800\ue000', 2],
    ['\ud7ff\udc00', 2],
    ['\udbff\udbff', 2],
    ['\ud800\ud800\udfff', 2],
  ])('of %j are %i (XEP-0426 table 1)', (text, count) => {
    expect(codePoints(text)).toBe(count);
    expect(codePoints(text)).toBe([...text].length);
  });

  it('are found where they are, and nowhere else', () => {
    const text = 'a🧛b';
    expect([0, 1, 2, 3].map((index) => toUtf16(text, index))).toEqual([0, 1, 3, 4]);
    expect([0, 1, 2, 3, 4].map((index) => fromUtf16(text, index))).toEqual([0, 1, undefined, 2, 3]);
    expect(slice(text, 1, 2)).toBe('🧛');
    for (const wrong of [-1, 4, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(toUtf16(text, wrong)).toBeUndefined();
    for (const wrong of [-1, 5, 0.5, Number.NaN]) expect(fromUtf16(text, wrong)).toBeUndefined();
    expect([slice(text, 2, 1), slice(text, 0, 4), slice(text, 3, 3)]).toEqual([undefined, undefined, '']);
  });

  it('are the same as in a list of them, whatever the text', () => {
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    const letters = ['a', '\r\n', 'é', '世', '🧛', '🏾', '\u200d', '\ud800', '\udfff'];
    for (let round = 0; round < 300; round++) {
      const text = Array.from({ length: random.integer(30) }, () => letters[random.integer(letters.length)]).join('');
      const list = [...text];
      const [begin, end] = [random.integer(list.length + 1), random.integer(list.length + 1)];
      const expected = begin <= end ? list.slice(begin, end).join('') : undefined;
      const index = new TextIndex(text);
      expect(index.slice(begin, end), `seed ${random.seed}`).toBe(expected);
      const place = index.toUtf16(begin);
      expect(place === undefined ? undefined : index.fromUtf16(place), `seed ${random.seed}`).toBe(begin);
    }
  });

  it('of a long text are found many times without going through it again', () => {
    const text = '🧛a'.repeat(300_000);
    const index = new TextIndex(text);
    let steps = 0;
    for (let i = 0; i < 10_000; i++) steps += index.toUtf16(i * 60) ?? 0;
    expect(steps).toBeGreaterThan(0);
    expect(index.codePoints).toBe(600_000);
  });
});

describe('a text that was cut', () => {
  it('is without its parts, and says where the others are', () => {
    const found = cut('> 🧛 wrote\nGreat, @juliet!', [{ begin: 0, end: 10 }]);
    expect(found.text).toBe('Great, @juliet!');
    expect(found.map({ begin: 17, end: 24 })).toEqual({ begin: 7, end: 14 });
    expect(slice(found.text, 7, 14)).toBe('@juliet');
    expect(found.map({ begin: 5, end: 15 })).toEqual({ begin: 0, end: 5 });
    expect([
      found.map({ begin: 2, end: 5 }),
      found.map({ begin: 0, end: 99 }),
      found.map({ begin: 5, end: 2 }),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('takes overlapping parts for one, and those that are none for nothing', () => {
    const ranges = [
      { begin: 2, end: 4 },
      { begin: 0, end: 3 },
      { begin: 4, end: 5 },
      { begin: 7, end: 99 },
      { begin: 6, end: 5 },
      { begin: -1, end: 3 },
      { begin: 6, end: 6 },
    ];
    expect(cut('abcdefgh', ranges).text).toBe('fgh');
    expect(cut('abc', []).map({ begin: 1, end: 1 })).toEqual({ begin: 1, end: 1 });
  });

  it('leaves what a list without them has', () => {
    const random = new SeededRandom(Number(process.env['SEED'] ?? 1));
    for (let round = 0; round < 200; round++) {
      const list = Array.from({ length: random.integer(20) }, () => ['a', '🧛', 'b'][random.integer(3)] as string);
      const ranges = Array.from({ length: random.integer(4) }, () => {
        const begin = random.integer(list.length + 1);
        return { begin, end: begin + random.integer(list.length - begin + 1) };
      });
      const left = list.filter((_, at) => !ranges.some(({ begin, end }) => begin <= at && at < end));
      const found = cut(list.join(''), ranges);
      expect(found.text, `seed ${random.seed}`).toBe(left.join(''));
      const begin = random.integer(list.length + 1);
      const end = begin + random.integer(list.length - begin + 1);
      const kept = (at: number): number =>
        list.slice(0, at).filter((_, place) => !ranges.some((each) => each.begin <= place && place < each.end)).length;
      const rest = { begin: kept(begin), end: kept(end) };
      const mapped = rest.begin === rest.end && begin < end ? undefined : rest;
      expect(found.map({ begin, end }), `seed ${random.seed}`).toEqual(mapped);
    }
  });
});
