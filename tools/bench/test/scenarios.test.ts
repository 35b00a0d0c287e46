import { describe, expect, it } from 'vitest';
import { partsOf } from '../src/contenders/lib/calls.js';
import { hostileInputs, verifyOutcomes } from '../src/scenarios/hostile.js';
import { scenarios } from '../src/scenarios/index.js';
import { verifyUnread } from '../src/scenarios/unread.js';

describe('the scenarios', () => {
  it('have letters of their own, in order', () => {
    const ids = scenarios.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('hostile input', () => {
  const inputs = hostileInputs();
  const outcomes = Object.fromEntries(inputs.map(({ id, conditions: [condition] }) => [id, condition]));

  it('is 256 KB each', () => {
    for (const { id, text } of inputs) {
      expect([id, text.length > 262_144 - 2_048, text.length <= 262_144]).toEqual([id, true, true]);
    }
    expect(new Set(inputs.map(({ id }) => id)).size).toBe(inputs.length);
  });

  it('cuts references at each of their characters', () => {
    const { text, chunk } = inputs.find(({ id }) => id === 'cut')!;
    const cuts = new Set<string>();
    for (let at = chunk; at < text.length; at += chunk) cuts.add(text.slice(at - 1, at + 1));
    expect([...cuts].sort()).toEqual(expect.arrayContaining(['&a', ';&', 'am', 'mp', 'p;']));
  });

  it('has to end with a stream error that says what is wrong', () => {
    const others = Object.fromEntries(inputs.map(({ id }) => [id, 'taken']));
    const checks = new Map([
      ['sestina', outcomes],
      ['xmpp.js', others],
    ]);
    expect(() => verifyOutcomes(checks, inputs)).not.toThrow();
    for (const outcome of ['taken', 'internal-server-error']) {
      const wrong = new Map([['sestina', { ...outcomes, cut: outcome }]]);
      expect(() => verifyOutcomes(wrong, inputs)).toThrow(`ended "cut" with ${outcome}`);
    }
    expect(() => verifyOutcomes(new Map([['stanza', { nesting: 'taken' }]]), inputs)).toThrow('stanza was not given');
  });
});

describe('what nobody reads', () => {
  it('is found in what a bundler has joined', () => {
    const text = 'import x;\n// packages/a/src/b.ts\nb();\n// no source\n// packages/a/src/c.ts\nc();\n';
    const parts = partsOf(text).map(({ source, start, end }) => [source, text.slice(start, end).includes('b();')]);
    expect(parts).toEqual([
      ['packages/a/src/b.ts', true],
      ['packages/a/src/c.ts', false],
    ]);
    expect(text.slice(partsOf(text)[1]?.start)).toBe('// packages/a/src/c.ts\nc();\n');
  });

  it('is not believed where stanzas are missing or nothing was counted', () => {
    const fine = { count: 10, views: 1, control: [1, 1] };
    expect(() => verifyUnread('iq', 10, fine)).not.toThrow();
    expect(() => verifyUnread('iq', 10, { ...fine, count: 9 })).toThrow('9 of 10');
    expect(() => verifyUnread('iq', 10, { ...fine, views: 0 })).toThrow('miss calls');
    expect(() => verifyUnread('iq', 10, { ...fine, control: [1, 0] })).toThrow('miss calls');
  });
});
