import { describe, expect, it } from 'vitest';
import {
  compareNicknames,
  enforceNickname,
  enforceOpaqueString,
  enforceUsername,
  PrecisError,
} from '../../src/precis/index.js';

function reasonOf(run: () => unknown): string {
  try {
    run();
    return 'allowed';
  } catch (error) {
    return error instanceof PrecisError ? error.reason : String(error);
  }
}

describe('UsernameCaseMapped', () => {
  it.each([
    ['uppercase', 'JULIET', 'juliet'],
    ['fullwidth', 'ＢＯＢ', 'bob'],
    ['halfwidth katakana', 'ﾊﾟﾌｨｰ', 'パフィー'],
    ['combining marks', 'Jose\u0301', 'jos\xE9'],
    ['titlecase with a canonical decomposition', '\u1F88', '\u1F80'],
    ['Σ at the end of a word', 'ΟΔΟΣ', 'οδοσ'],
    ['the Kelvin sign', '\u212A', 'k'],
  ])('maps %s', (_, text, result) => {
    expect(enforceUsername(text)).toBe(result);
  });

  it.each([
    ['a symbol', 'a☃'],
    ['a compatibility character', 'ﬁ'],
    ['a superscript digit', 'a²'],
    ['a soft hyphen', 'a\xADb'],
    ['a variation selector', 'a\uFE0F'],
    ['a zero width space', 'a\u200Bb'],
    ['a direction override', 'a\u202Eb'],
    ['a control', 'a\u0085'],
    ['a private use character', 'a\uE000'],
    ['a lone surrogate', 'a\uD800'],
    ['a noncharacter', 'a\uFDD0'],
    ['an unassigned character', 'a\u0378'],
    ['a lone Hangul jamo', 'a\u1100'],
    ['a tatweel', 'ب\u0640ب'],
    ['an ideographic space', 'a\u3000b'],
  ])('refuses %s', (_, text) => {
    expect(reasonOf(() => enforceUsername(text))).toBe('disallowed');
  });

  it.each([
    ['direction', 'letters of both directions', 'aא'],
    ['direction', 'letters of both directions, right to left first', 'אa'],
    ['direction', 'a digit before right-to-left letters', '1א'],
    ['direction', 'punctuation after right-to-left letters', 'א.'],
    ['direction', 'European and Arabic numbers together', 'ب1\u0661'],
    ['direction', 'Arabic numbers alone', '\u0661'],
    ['allowed', 'right-to-left letters with a number', 'אב1'],
    ['allowed', 'right-to-left letters with marks at the end', 'אב\u05B0'],
    ['allowed', 'a left-to-right name that ends in punctuation', 'a.'],
  ])('Bidi Rule: %s for %s', (result, _, text) => {
    expect(reasonOf(() => enforceUsername(text))).toBe(result);
  });
});

describe('the contextual rules', () => {
  it.each([
    ['allowed', 'a middle dot between l and l', 'col\xB7lega'],
    ['context', 'a middle dot elsewhere', 'co\xB7lega'],
    ['allowed', 'a keraia before Greek', '\u0375α'],
    ['context', 'a keraia before Latin', '\u0375a'],
    ['allowed', 'a geresh after Hebrew', 'ג\u05F3'],
    ['context', 'a gershayim in front', '\u05F4ג'],
    ['allowed', 'a katakana middle dot with kana', 'ア\u30FBa'],
    ['context', 'a katakana middle dot without', 'a\u30FBb'],
    ['context', 'the two kinds of Arabic digits together', 'ب\u0661\u06F1'],
    ['allowed', 'a joiner after a virama', 'क\u094D\u200Dष'],
    ['context', 'a joiner elsewhere', 'क\u200Dष'],
    ['context', 'a joiner after a mark that is no virama', 'क\u093C\u200Dष'],
    ['context', 'a joiner after a vowel sign of Thai', '\u0E01\u0E38\u200D\u0E01'],
    ['allowed', 'a non-joiner after a virama', 'क\u094D\u200Cष'],
    ['allowed', 'a non-joiner between letters that join', 'می\u200Cخواهم'],
    ['allowed', 'a non-joiner between marked letters that join', 'ب\u064E\u200Cب'],
    ['context', 'a non-joiner after a letter that does not join on', 'ا\u200Cب'],
    ['context', 'a non-joiner at the end', 'ب\u200C'],
    ['context', 'a non-joiner between Latin letters', 'a\u200Cb'],
  ])('%s: %s', (result, _, text) => {
    expect(reasonOf(() => enforceUsername(text))).toBe(result);
  });
});

describe('OpaqueString', () => {
  it('keeps case, width and compatibility characters', () => {
    expect(enforceOpaqueString(' Ａﬁ² Å')).toBe(' Ａﬁ² Å');
  });

  it.each([
    ['a soft hyphen', 'a\xADb'],
    ['a control', 'a\nb'],
    ['a lone surrogate', 'a\uDC00'],
  ])('refuses %s', (_, text) => {
    expect(reasonOf(() => enforceOpaqueString(text))).toBe('disallowed');
  });

  it('does not give the password away in its error', () => {
    let caught: unknown;
    try {
      enforceOpaqueString('hunter2\u0007');
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'ERR_PRECIS', profile: 'OpaqueString', reason: 'disallowed' });
    expect(`${JSON.stringify(caught)}${String(caught)}`).not.toContain('hunter');
  });
});

describe('Nickname', () => {
  it('drops the spaces at the ends, joins those within, and keeps the case', () => {
    expect(enforceNickname('\u3000St  \xA0 Peter ')).toBe('St Peter');
    expect(enforceNickname('Richard Ⅳ')).toBe('Richard IV');
  });

  it('refuses one of spaces only', () => {
    expect(reasonOf(() => enforceNickname(' \u3000'))).toBe('empty');
  });

  it('compares what readers take for the same', () => {
    expect(compareNicknames('St  Peter', ' st peter')).toBe(true);
    expect(compareNicknames('Peter', 'Petra')).toBe(false);
  });

  it('takes one that is not allowed for the same as none', () => {
    expect(compareNicknames('a\u0007', 'a\u0007')).toBe(false);
  });
});
