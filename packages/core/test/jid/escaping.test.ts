import { describe, expect, it } from 'vitest';
import { escapeLocal, JID, JidError, unescapeLocal } from '../../src/jid/index.js';

describe('JID escaping', () => {
  it.each([' a', 'a ', ' '])('refuses a space at an end: %j', (text) => {
    expect(() => escapeLocal(text)).toThrow(JidError);
    expect(() => escapeLocal(text)).toThrow(expect.objectContaining({ part: 'local', reason: 'edge-space' }));
  });

  it('does not show a space at an end, which would look like another name', () => {
    expect(unescapeLocal('\\20bob')).toBe('\\20bob');
    expect(unescapeLocal('bob\\20')).toBe('bob\\20');
    expect(unescapeLocal('\\20')).toBe('\\20');
  });

  it('keeps an uppercase sequence apart from the escape that it becomes', () => {
    const { local } = new JID(escapeLocal('a\\2Fb'), 'example.com');
    expect(unescapeLocal(local ?? '')).toBe('a\\2fb');
  });

  it('unescapes once', () => {
    expect(unescapeLocal('\\5c5c20')).toBe('\\5c20');
  });

  it('takes an escaped and an unescaped address for two', () => {
    expect(JID.parse('a\\40b@example.com').equals('a@b@example.com')).toBe(false);
    expect(JID.parse('a\\40b@example.com').full).toBe('a\\40b@example.com');
    expect(JID.parse('a\\5c40b@example.com').equals('a\\40b@example.com')).toBe(false);
  });
});
