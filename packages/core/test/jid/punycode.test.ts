import { describe, expect, it } from 'vitest';
import { punycodeDecode, punycodeEncode } from '../../src/jid/punycode.js';
import vectors from './vectors.json' with { type: 'json' };

describe(vectors.punycode.source, () => {
  it.each(vectors.punycode.samples)('decodes $punycode', ({ text, punycode }) => {
    expect(punycodeDecode(punycode)).toBe(text);
  });

  it.each(vectors.punycode.samples)('encodes to $punycode', ({ text, punycode }) => {
    // The capital in sample (I) is an annotation of case (appendix A), which this encoder does not make.
    expect(punycodeEncode(text)).toBe(punycode.replace('baDot', 'badot'));
  });
});

describe('Punycode from elsewhere', () => {
  it.each(['ab-!', 'é', 'a-ü', '99999999', '-'.repeat(3).concat('9')])('that is none is refused: %j', (text) => {
    expect(punycodeDecode(text)).toBeUndefined();
  });

  it('cannot bring in a surrogate', () => {
    expect(punycodeDecode(punycodeEncode('\uD83D'))).toBeUndefined();
  });

  it('cannot go past the last code point', () => {
    expect(punycodeDecode(punycodeEncode('\u{10FFFF}'))).toBe('\u{10FFFF}');
    expect(punycodeDecode('en32g')).toBeUndefined();
  });
});
