import { CredentialsError, saslprep } from '@sestina/sasl';
import { describe, expect, it } from 'vitest';

describe('SASLprep as in RFC 4013 section 3', () => {
  it.each([
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
  ])('%j becomes %j', (input, output) => {
    expect(saslprep(input)).toBe(output);
  });

  it.each(['\u0007', '\u06271'])('%j is refused', (input) => {
    expect(() => saslprep(input, 'password')).toThrow(CredentialsError);
  });
});

describe('SASLprep', () => {
  it.each([
    ['a\u00a0b\u3000c\u2003d', 'a b c d'],
    ['\u200b', ' '],
    ['a\ufeff\u2060\ufe0fb', 'ab'],
    ['\u00bd\u00b4', '1\u20442 \u0301'],
    ['\u0627\u0628\u0629', '\u0627\u0628\u0629'],
    ['\u06271\u0628', '\u06271\u0628'],
    ['\u05d0', '\u05d0'],
    ['пароль', 'пароль'],
    ['\u{1f511}', '\u{1f511}'],
    [' ', ' '],
  ])('%j becomes %j', (input, output) => {
    expect(saslprep(input)).toBe(output);
  });

  it.each([
    ['', 'nothing'],
    ['\u00ad', 'nothing'],
    ['a\x7f', 'prohibited'],
    ['a\x85', 'prohibited'],
    ['\ue000', 'prohibited'],
    ['\ufdd0', 'prohibited'],
    ['\u{1ffff}', 'prohibited'],
    ['\ud800', 'prohibited'],
    ['\ufffd', 'prohibited'],
    ['\u2ff0', 'prohibited'],
    ['\u200e', 'prohibited'],
    ['\u{e0041}', 'prohibited'],
    ['\u{1d173}', 'prohibited'],
    ['\u0627a\u0628', 'right-to-left'],
    ['1\u0627', 'right-to-left'],
    ['\u0378', 'not assigned'],
  ])('%j is refused', (input, why) => {
    expect(() => saslprep(input)).toThrow(why);
  });

  it('lets unassigned code points pass in a query', () => {
    expect(saslprep('\u0378', 'username', true)).toBe('\u0378');
  });

  it('names the field, not the text', () => {
    try {
      saslprep('se\u0007cret', 'password');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'credentials', field: 'password' });
      expect((error as Error).message).not.toContain('cret');
    }
  });

  it('does not work on a long text for ever', () => {
    // Work that grew with the square of it would not be done in the time that a test has.
    expect(() => saslprep(`\u0627${'1'.repeat(1_000_000)}`)).toThrow(CredentialsError);
  });
});
