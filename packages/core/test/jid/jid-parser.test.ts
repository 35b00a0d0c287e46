import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { JID, JidError, JidParser } from '../../src/jid/index.js';

describe('JidParser', () => {
  it('gives the same object for the same text', () => {
    const parser = new JidParser();
    expect(parser.parse('Romeo@montague.example')).toBe(parser.parse('Romeo@montague.example'));
    expect(parser.parse('Romeo@montague.example')).toEqual(JID.parse('romeo@montague.example'));
  });

  it('stays within its limit', () => {
    const parser = new JidParser(10);
    for (let n = 0; n < 1000; n++) {
      parser.parse(`user${n}@example.net`);
      expect(parser.size).toBeLessThanOrEqual(10);
    }
    expect(parser.size).toBeGreaterThanOrEqual(5);
  });

  it('remembers what is in use while others come and go', () => {
    const parser = new JidParser(8);
    const own = parser.parse('romeo@montague.example');
    for (let n = 0; n < 100; n++) {
      parser.parse(`user${n}@example.net`);
      expect(parser.parse('romeo@montague.example')).toBe(own);
    }
  });

  it('remembers fewer of those that are long', () => {
    const parser = new JidParser();
    for (let n = 0; n < 2_000; n++) parser.parse(`eve@example.net/${n}${'x'.repeat(900)}`);
    expect(parser.size).toBeLessThan(200);
    expect(parser.size).toBeGreaterThan(50);
  });

  it('does not remember what is no JID', () => {
    const parser = new JidParser();
    expect(() => parser.parse('@@//')).toThrow(JidError);
    expect(parser.tryParse('@@//')).toBeUndefined();
    expect(() => parser.parse('a'.repeat(5000))).toThrow(JidError);
    expect(parser.size).toBe(0);
  });

  it('shares nothing with another parser', () => {
    const one = new JidParser();
    const other = new JidParser();
    expect(one.parse('example.net')).not.toBe(other.parse('example.net'));
  });

  it.each([0, 1, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a limit of %s', (limit) => {
    expect(() => new JidParser(limit)).toThrow(ConfigError);
  });
});
