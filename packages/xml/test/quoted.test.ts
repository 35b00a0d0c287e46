import { quoted, quotedTag } from '@sestina/xml';
import { describe, expect, it } from 'vitest';

describe('what somebody else said', () => {
  it('stands in quotes as it is where it is harmless', () => {
    expect(quoted('not here')).toBe('"not here"');
    expect(quoted('Zoë schläft, 你好 👍')).toBe('"Zoë schläft, 你好 👍"');
    expect(quoted('')).toBe('""');
  });

  it('makes no line of its own', () => {
    expect(quoted('gone\r\n2026-01-01 ERROR forged\n\n')).toBe('"gone 2026-01-01 ERROR forged"');
    expect(quoted('a\u2028b\u2029c\u0085d\u000be')).toBe('"a�b�c�d�e"');
  });

  it('moves no cursor and turns nothing around', () => {
    expect(quoted('\u001b[2J\u0007\u009b31m')).toBe('"�[2J��31m"');
    for (const turn of ['\u202e', '\u202a', '\u2066', '\u2069', '\u200f', '\u061c']) {
      expect(quoted(`a${turn}b`), turn.charCodeAt(0).toString(16)).toBe('"a�b"');
    }
    expect(quoted('\u200b\ufeff\u00ad\ue000\ud800')).toBe('"�����"');
  });

  it('does not end its own quotes', () => {
    expect(quoted('x", and the password is "y')).toBe(`"x', and the password is 'y"`);
  });

  it('has an end', () => {
    expect(quoted('x'.repeat(200))).toBe(`"${'x'.repeat(200)}"`);
    expect(quoted('x'.repeat(201))).toBe(`"${'x'.repeat(200)}…"`);
    expect(quoted(`${'\n'.repeat(1_000_000)}x`)).toBe('"…"');
    expect(quoted('👍'.repeat(300), 3)).toBe('"👍👍👍…"');
  });

  it('is the same for what is an element', () => {
    expect(quotedTag({ name: 'message', namespace: 'jabber:client' })).toBe('<message xmlns="jabber:client">');
    const hostile = quotedTag({ name: 'n'.repeat(5_000), namespace: '"><x \u001b\n' });
    expect(hostile).toBe(`<${'n'.repeat(100)}… xmlns="'><x �">`);
  });
});
