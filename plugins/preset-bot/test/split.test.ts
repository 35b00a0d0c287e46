import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../src/split.js';

describe('a long text', () => {
  it('is cut at lines, then at spaces, then anywhere but in a character', () => {
    expect(splitText('one\ntwo\nthree', 8)).toEqual(['one\ntwo', 'three']);
    expect(splitText('one two three', 8)).toEqual(['one two', 'three']);
    expect(splitText('🙂🙂🙂', 3)).toEqual(['🙂', '🙂', '🙂']);
    expect(splitText('🙂🙂', 1)).toEqual(['🙂', '🙂']);
    expect(splitText('short', 5)).toEqual(['short']);
    expect(splitText('shorts', 5)).toEqual(['short', 's']);
    // A line that fits whole is not cut at its spaces, and what is cut at goes.
    expect(splitText('a b c\nd', 5)).toEqual(['a b c', 'd']);
    expect(splitText('\nabcdef', 4)).toEqual(['\nabc', 'def']);
    expect(splitText(' abcdef', 4)).toEqual([' abc', 'def']);
    expect(splitText('ab🙂cd', 3)).toEqual(['ab', '🙂c', 'd']);
    expect(splitText('ab🙂cd', 4)).toEqual(['ab🙂', 'cd']);
    // Half a character by itself is nothing that could be cut.
    expect(splitText('ab\ud83dcd', 3)).toEqual(['ab\ud83d', 'cd']);
    expect(splitText('abc\ude42d', 3)).toEqual(['abc', '\ude42d']);
    expect(splitText(' \n ', 5)).toEqual([]);
  });

  it('loses nothing but what it is cut at', () => {
    const seed = 20_240_101;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 2, max: 30 }), (text, max) => {
        const parts = splitText(text, max);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(max);
          expect(part).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
        }
        expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
      { seed, numRuns: 300 },
    );
  });
});
