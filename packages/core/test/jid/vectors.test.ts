import { describe, expect, it } from 'vitest';
import { escapeLocal, JID, JidError, unescapeLocal } from '../../src/jid/index.js';
import {
  compareNicknames,
  enforceOpaqueString,
  enforceUsername,
  nicknameForComparison,
  PrecisError,
} from '../../src/precis/index.js';
import vectors from './vectors.json' with { type: 'json' };

describe(vectors.jids.source, () => {
  it.each(vectors.jids.valid)('takes apart $jid', ({ jid, local, domain, resource }) => {
    const parsed = JID.parse(jid);
    expect(parsed.local).toBe(local === null ? undefined : local === 'Σ' ? 'σ' : local);
    expect(parsed.domain).toBe(domain);
    expect(parsed.resource).toBe(resource ?? undefined);
  });

  it.each(vectors.jids.invalid)('refuses %j', (jid) => {
    expect(() => JID.parse(jid)).toThrow(JidError);
  });

  it('takes Σ and σ for the same localpart, and ς for another', () => {
    expect(JID.parse('Σ@example.com/foo').equals('σ@example.com/foo')).toBe(true);
    expect(JID.parse('σ@example.com/foo').equals('ς@example.com/foo')).toBe(false);
  });
});

describe(vectors.usernames.source, () => {
  it.each(vectors.usernames.valid)('allows %j', (username) => {
    expect(enforceUsername(username)).toBe(username === 'Σ' ? 'σ' : username);
  });

  it.each(vectors.usernames.invalid)('refuses %j', (username) => {
    expect(() => enforceUsername(username)).toThrow(PrecisError);
  });
});

describe(vectors.passwords.source, () => {
  it.each(vectors.passwords.valid)('allows $password', ({ password, enforced }) => {
    expect(enforceOpaqueString(password)).toBe(enforced);
  });

  it.each(vectors.passwords.invalid)('refuses %j', (password) => {
    expect(() => enforceOpaqueString(password)).toThrow(PrecisError);
  });
});

describe(vectors.nicknames.source, () => {
  it.each(vectors.nicknames.comparison)('compares $nickname as $output', ({ nickname, output }) => {
    expect(nicknameForComparison(nickname)).toBe(output);
    expect(compareNicknames(nickname, output)).toBe(true);
  });
});

describe(vectors.escaping.source, () => {
  it.each(vectors.escaping.locals)('escapes and unescapes $text', ({ text, escaped }) => {
    expect(escapeLocal(text)).toBe(escaped);
    expect(unescapeLocal(escaped)).toBe(text);
  });

  it.each(vectors.escaping.locals)('makes of $text a localpart that is allowed', ({ text, escaped }) => {
    expect(new JID(escapeLocal(text), 'example.com').local).toBe(escaped.toLowerCase());
  });

  it.each(vectors.escaping.notModified)('leaves %j alone', (local) => {
    expect(escapeLocal(local)).toBe(local);
    expect(unescapeLocal(local)).toBe(local);
  });
});
