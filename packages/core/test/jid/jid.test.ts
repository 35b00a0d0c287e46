import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SestinaError } from '../../src/errors.js';
import { JID, JidError } from '../../src/jid/index.js';

function errorOf(run: () => unknown): JidError {
  try {
    run();
  } catch (error) {
    if (error instanceof JidError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('JID', () => {
  const juliet = JID.parse('juliet@capulet.example/balcony');

  it('writes itself the same in every way', () => {
    expect(juliet.full).toBe('juliet@capulet.example/balcony');
    expect(String(juliet)).toBe(juliet.full);
    expect(JSON.stringify({ juliet })).toBe('{"juliet":"juliet@capulet.example/balcony"}');
    expect(inspect(juliet)).toBe('JID(juliet@capulet.example/balcony)');
  });

  it('gives the bare address, the same object each time', () => {
    expect(juliet.bare.full).toBe('juliet@capulet.example');
    expect(juliet.bare).toBe(juliet.bare);
    expect(juliet.bare.bare).toBe(juliet.bare);
  });

  it('tells bare from full', () => {
    expect([juliet.isBare, juliet.isFull]).toEqual([false, true]);
    expect([juliet.bare.isBare, juliet.bare.isFull]).toEqual([true, false]);
  });

  it('takes the first slash for the start of the resource, and an @ after it for a part of it', () => {
    expect({ ...JID.parse('chat.example/a@b/c') }).toEqual({
      local: undefined,
      domain: 'chat.example',
      resource: 'a@b/c',
    });
  });

  it('changes the resource of a copy', () => {
    expect(juliet.withResource('Garden').full).toBe('juliet@capulet.example/Garden');
    expect(juliet.withResource(undefined).full).toBe('juliet@capulet.example');
    expect(juliet.resource).toBe('balcony');
    expect(errorOf(() => juliet.withResource('')).part).toBe('resource');
  });

  it('cannot be changed', () => {
    expect(() => Object.assign(juliet, { local: 'romeo' })).toThrow(TypeError);
    expect(juliet.local).toBe('juliet');
  });

  it('equals what has the same normal form, and nothing else', () => {
    expect(juliet.equals('JULIET@Capulet.Example./balcony')).toBe(true);
    expect(juliet.equals(JID.parse('Juliet@capulet.example/balcony'))).toBe(true);
    expect(juliet.equals('juliet@capulet.example/Balcony')).toBe(false);
    expect(juliet.equals(juliet.bare)).toBe(false);
    expect(juliet.equals('juliet@@capulet.example')).toBe(false);
  });

  it('comes from either a string or a JID', () => {
    expect(JID.from(juliet)).toBe(juliet);
    expect(JID.from('capulet.example').domain).toBe('capulet.example');
  });

  it('keeps the case of the resource and maps the rest', () => {
    expect(JID.parse('Juliet@CAPULET.example/Balcony').full).toBe('juliet@capulet.example/Balcony');
  });

  it('composes what is written with combining marks', () => {
    expect(JID.parse('jose\u0301@cafe\u0301.example/e\u0301').full).toBe('jos\xE9@caf\xE9.example/\xE9');
  });

  it('prepares the parts given to the constructor, without splitting them', () => {
    expect(new JID('Romeo', 'Montague.example', 'a/b@c').full).toBe('romeo@montague.example/a/b@c');
    expect(errorOf(() => new JID('a@b', 'c')).part).toBe('local');
    expect(errorOf(() => new JID(undefined, 'c/d')).part).toBe('domain');
    expect(errorOf(() => new JID('', 'c')).reason).toBe('empty');
  });

  it('prepares non-ASCII spaces in a resource, and refuses one at its start', () => {
    expect(JID.parse('x.example/a\u3000b').resource).toBe('a b');
    expect(errorOf(() => JID.parse('x.example/\u3000b')).reason).toBe('disallowed');
    expect(JID.parse('x.example/b ').resource).toBe('b ');
  });
});

describe('JidError', () => {
  it('says which part is at fault, why, and the way out', () => {
    const error = errorOf(() => JID.parse('foo bar@example.com/x'));
    expect(error).toBeInstanceOf(SestinaError);
    expect(error).toMatchObject({
      name: 'JidError',
      code: 'ERR_JID',
      retryable: false,
      input: 'foo bar@example.com/x',
      part: 'local',
      reason: 'disallowed',
    });
    expect(error.message).toContain('escapeLocal()');
  });

  it.each([
    ['', 'domain', 'empty', 'the domainpart is empty'],
    ['[::g]', 'domain', 'address', 'the domainpart is no IPv6 address in brackets'],
    [
      'a_b',
      'domain',
      'label',
      'the domainpart is no host name: letters, digits and inner hyphens between dots, or an IPv6 address in brackets',
    ],
    ['\u05d0a', 'domain', 'direction', 'the domainpart mixes writing directions'],
  ] as const)('says of the domain "%s" that the %spart is at fault: %s', (domain, part, reason, why) => {
    const error = errorOf(() => new JID('a', domain));
    expect(error).toMatchObject({ part, reason });
    // No way out that is for localparts.
    expect(error.message.endsWith(`: ${why}`)).toBe(true);
  });

  it('keeps 100 characters of a long input', () => {
    expect(errorOf(() => JID.parse('x'.repeat(5000))).input).toHaveLength(100);
    expect(errorOf(() => new JID('x'.repeat(5000), 'y'.repeat(5000))).input).toHaveLength(100);
  });

  it('shows no control characters and no direction marks', () => {
    const error = errorOf(() => JID.parse('a\u001b[31m\u202Eb\x9b@example.com'));
    expect(error.message).not.toMatch(/\p{C}/u);
  });

  it('is not thrown by tryParse', () => {
    expect(JID.tryParse('@@//')).toBeUndefined();
    expect(JID.tryParse('example.com')?.full).toBe('example.com');
  });
});
