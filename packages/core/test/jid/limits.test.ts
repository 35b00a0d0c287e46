import { describe, expect, it } from 'vitest';
import { JID } from '../../src/jid/index.js';
import { enforceNickname, enforceOpaqueString, enforceUsername } from '../../src/precis/index.js';

const host = 'example.net';
const longHost = `${'a'.repeat(63)}.`.repeat(16).slice(0, -1);

describe('the length of a JID', () => {
  it.each([
    ['local', `${'a'.repeat(1023)}@${host}`, `${'a'.repeat(1024)}@${host}`],
    ['resource', `${host}/${'a'.repeat(1023)}`, `${host}/${'a'.repeat(1024)}`],
    ['domain', longHost, `${longHost}.a`],
  ])('is 1023 bytes at most in the %s', (part, longest, longer) => {
    expect(JID.parse(longest).full).toBe(longest);
    expect(() => JID.parse(longer)).toThrow(expect.objectContaining({ part, reason: 'too-long' }));
  });

  it('is counted in bytes, not in characters', () => {
    expect(JID.parse(`${'é'.repeat(511)}@${host}`).local).toHaveLength(511);
    expect(() => JID.parse(`${'é'.repeat(512)}@${host}`)).toThrow(expect.objectContaining({ reason: 'too-long' }));
    expect(() => JID.parse(`${host}/${'♚'.repeat(342)}`)).toThrow(expect.objectContaining({ reason: 'too-long' }));
  });

  it('is counted after the mapping', () => {
    expect(JID.parse(`${'ａ'.repeat(1023)}@${host}`).local).toBe('a'.repeat(1023));
  });

  it('is 3071 in all', () => {
    const part = 'a'.repeat(1023);
    expect(JID.parse(`${part}@${longHost}/${part}`).full).toHaveLength(3071);
    expect(() => JID.parse('a'.repeat(3072))).toThrow(expect.objectContaining({ part: 'jid', reason: 'too-long' }));
  });

  it.each(['é', '\u0301\u0323', '・', 'ب\u200C', '\u05D0', '@', '/', 'xn--', '.'])(
    'bounds the work, also for much of %j',
    (piece) => {
      const long = piece.repeat(1_000_000);
      // Work that grew with the square of it would not be done in the time that a test has.
      for (const text of [
        long,
        `${long}@${host}`,
        `${host}/${long}`,
        piece.repeat(1000),
        `${host}/a${piece}`.repeat(200),
      ]) {
        JID.tryParse(text);
      }
      expect(() => enforceUsername(long)).toThrow();
      expect(() => enforceOpaqueString(long)).toThrow();
      expect(() => enforceNickname(long)).toThrow();
    },
  );
});
