import { SystemRandom } from '@sestina/core';
import { describe, expect, it } from 'vitest';
import { inOrder, type SrvTarget, usable } from '../src/srv.js';
import { SequenceRandom } from './support/sequence-random.js';

const target = (name: string, priority = 0, weight = 0, port = 5222, directTls = false): SrvTarget => ({
  name,
  port,
  priority,
  weight,
  directTls,
});
const names = (targets: readonly SrvTarget[]): string[] => targets.map(({ name }) => name);

describe('the order of SRV targets (RFC 2782)', () => {
  it('goes by priority before all else', () => {
    const targets = [target('c', 30, 9), target('a', 1, 0), target('b', 2, 65_535)];
    expect(names(inOrder(targets, new SystemRandom()))).toEqual(['a', 'b', 'c']);
  });

  it('draws within one priority by the running sum of the weights', () => {
    const targets = [target('heavy', 0, 3), target('light', 0, 1)];
    // Sum 4: 0 to 3 of 0…4 is the first, 4 the second.
    expect(names(inOrder(targets, new SequenceRandom([0.79, 0])))).toEqual(['heavy', 'light']);
    expect(names(inOrder(targets, new SequenceRandom([0.81, 0])))).toEqual(['light', 'heavy']);
  });

  it('puts weight 0 first in the sum, so that it is drawn by 0 alone', () => {
    const targets = [target('heavy', 0, 9), target('zero', 0, 0)];
    expect(names(inOrder(targets, new SequenceRandom([0.09, 0])))).toEqual(['zero', 'heavy']);
    expect(names(inOrder(targets, new SequenceRandom([0.11, 0])))).toEqual(['heavy', 'zero']);
  });

  it('spreads the load in proportion to the weights', () => {
    const seed = Number(process.env['SEED'] ?? 1);
    const random = SequenceRandom.seeded(seed);
    const targets = [target('a', 0, 60), target('b', 0, 30), target('c', 0, 10)];
    const first: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let round = 0; round < 10_000; round++) {
      const [{ name }] = inOrder(targets, random) as [SrvTarget];
      first[name] = (first[name] ?? 0) + 1;
    }
    const far = (name: string, share: number): boolean => Math.abs((first[name] ?? 0) - share) > 300;
    expect([far('a', 6_000), far('b', 3_000), far('c', 1_000)], `seed ${seed}: ${JSON.stringify(first)}`).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('loses no target, whatever the random numbers', () => {
    const targets = Array.from({ length: 30 }, (_, index) => target(`t${index}`, index % 3, index % 4));
    for (const fraction of [0, 0.5, 0.999_999]) {
      expect(names(inOrder(targets, new SequenceRandom([fraction]))).sort()).toEqual(names(targets).sort());
    }
  });
});

describe('what of an SRV answer is used', () => {
  it('takes names in lower case without the final dot', () => {
    expect(names(usable([target('XMPP.Example.ORG.')]))).toEqual(['xmpp.example.org']);
  });

  it.each([
    ['the root', target('.')],
    ['no name', target('')],
    ['port 0', target('a.example', 0, 0, 0)],
    ['port 65536', target('a.example', 0, 0, 65_536)],
    ['a port that is no number', target('a.example', 0, 0, Number.NaN)],
    ['a negative weight', target('a.example', 0, -1)],
    ['a priority above 65535', target('a.example', 65_536)],
    ['a name with a space', target('a b.example')],
    ['a name with a NUL', target('a\0.example')],
    ['a label of 64 characters', target(`${'a'.repeat(64)}.example`)],
    ['a name of 254 characters', target(`${'a.'.repeat(126)}aa`)],
  ])('drops %s', (_what, record) => {
    expect(usable([record])).toEqual([]);
  });

  it('takes a target once, and one of both kinds twice', () => {
    const targets = [target('a.example', 1), target('A.example.', 2), target('a.example', 1, 0, 5222, true)];
    expect(usable(targets)).toHaveLength(2);
  });
});
