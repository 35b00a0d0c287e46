import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';

const bob = JID.parse('bob@example.net/x');

describe('a sender that is not what it seems', () => {
  it('is no JID when malformed', () => {
    expect(JID.tryParse('@@//')).toBeUndefined();
  });

  it('is no JID with a localpart of 1100 bytes', () => {
    expect(JID.tryParse(`${'a'.repeat(1100)}@example.net`)).toBeUndefined();
  });

  it('with a Cyrillic о is not bob, and is marked', () => {
    const homoglyph = JID.parse('bоb@example.net/x');
    expect(homoglyph.equals(bob)).toBe(false);
    expect(homoglyph.bare.equals(bob.bare)).toBe(false);
    expect(homoglyph.mixedScript).toBe(true);
    expect(bob.mixedScript).toBe(false);
  });

  it('in fullwidth letters is bob, and no third', () => {
    expect(JID.parse('ｂｏｂ@example.net/x').full).toBe(bob.full);
  });

  it.each([
    ['a fullwidth @', 'bob＠example.net/x'],
    ['a fullwidth solidus in the localpart', 'bob／@example.net'],
    ['a fullwidth quotation mark', 'bob＂@example.net'],
    ['two @', 'bob@example.net@evil.example'],
    ['a zero width space', 'b\u200Bob@example.net'],
    ['a direction override', 'bob\u202E@example.net'],
    ['a line break', 'bob@example.net\n'],
    ['a NUL', 'bob\0@example.net'],
  ])('is no JID with %s', (_, text) => {
    expect(JID.tryParse(text)).toBeUndefined();
  });
});

describe('mixedScript', () => {
  it.each([
    [false, 'Latin', 'bob@example.net'],
    [false, 'Latin with accents', 'josé@bücher.example'],
    [false, 'Cyrillic', 'иван@пример.example'],
    [false, 'Cyrillic before Latin, each in its part', 'иван@example.net'],
    [false, 'Japanese', '日本のカタカナ@example.net'],
    [false, 'Japanese and Latin', 'ok日本@example.net'],
    [false, 'Greek with digits', 'άλφα1@example.net'],
    [true, 'Latin and Greek', 'bοb@example.net'],
    [true, 'Latin and Armenian', 'bօb@example.net'],
    [true, 'Latin and Cherokee', 'bꭰb@example.net'],
    [true, 'Latin and Devanagari', 'bकb@example.net'],
    [true, 'Cyrillic and Greek', 'иοи@example.net'],
    [true, 'Han and Cyrillic', '日и@example.net'],
    [true, 'Latin and Cyrillic in one label', 'bob@exаmple.net'],
    [true, 'Latin and Cyrillic in an A-label', 'bob@xn--exmple-4nf.net'],
    [false, 'both in the resource only', 'bob@example.net/exаmple'],
  ])('%s for %s', (mixed, _, text) => {
    expect(JID.parse(text).mixedScript).toBe(mixed);
  });
});
