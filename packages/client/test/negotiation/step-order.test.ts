import { ConfigError } from '@sestina/core';
import type { NegotiationStep, Stage } from '@sestina/core/connection';
import { SeededRandom } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { type AddedStep, inOrder } from '../../src/negotiation/step-order.js';

type Sketch = readonly [name: string, needs: Stage, gives?: Stage | undefined, before?: string];

function added(sketches: readonly Sketch[]): AddedStep[] {
  return sketches.map(([name, needs, gives, before], sequence) => {
    const step: NegotiationStep = { name, namespace: 'urn:x', needs, gives, before, run: async () => 'next' };
    return { step, sequence, removed: undefined };
  });
}

const names = (sketches: readonly Sketch[]): string[] => inOrder(added(sketches)).map(({ step }) => step.name);

const BUILT_IN: readonly Sketch[] = [
  ['session', 'bound'],
  ['bind', 'authenticated', 'bound'],
  ['mechanisms', 'secure', 'authenticated'],
  ['starttls', 'open', 'secure'],
];

describe('the order of steps', () => {
  it('follows from what they need and give', () => {
    expect(names(BUILT_IN)).toEqual(['starttls', 'mechanisms', 'bind', 'session']);
  });

  it('puts those that lead nowhere before what leads out of their stage, and nothing before TLS', () => {
    expect(names([...BUILT_IN, ['a', 'open'], ['b', 'secure'], ['c', 'authenticated'], ['z', 'bound']])).toEqual([
      ...['starttls', 'a', 'b', 'mechanisms', 'c', 'bind', 'session', 'z'],
    ]);
  });

  it('is changed by before, also for those that stand in between', () => {
    expect(names([...BUILT_IN, ['sm', 'authenticated', 'bound', 'bind'], ['sm', 'bound']])).toEqual([
      ...['starttls', 'mechanisms', 'sm', 'bind', 'session', 'sm'],
    ]);
    expect(names([...BUILT_IN, ['authentication', 'secure', 'authenticated', 'mechanisms']])).toEqual([
      ...['starttls', 'authentication', 'mechanisms', 'bind', 'session'],
    ]);
    expect(
      names([
        ['a', 'secure'],
        ['b', 'secure'],
        ['c', 'secure', undefined, 'a'],
      ]),
    ).toEqual(['b', 'c', 'a']);
  });

  it('takes no notice of before a feature that nobody negotiates', () => {
    expect(names([...BUILT_IN, ['x', 'bound', undefined, 'nothing']])).toContain('x');
  });

  it('does not depend on the order in which they were added', () => {
    const all: Sketch[] = [
      ...BUILT_IN,
      ['a', 'secure', undefined, 'b'],
      ['b', 'secure'],
      ['c', 'authenticated'],
      ['d', 'authenticated', undefined, 'c'],
      ['e', 'bound', undefined, 'session'],
      ['f', 'secure', 'authenticated', 'mechanisms'],
    ];
    const expected = names(all);
    const seed = Number(process.env['SEED'] ?? 1);
    const random = new SeededRandom(seed);
    for (let round = 0; round < 100; round++) {
      const shuffled = [...all];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = Math.floor(random.fraction() * (i + 1));
        [shuffled[i], shuffled[j]] = [shuffled[j] as Sketch, shuffled[i] as Sketch];
      }
      expect(names(shuffled), `SEED=${seed}`).toEqual(expected);
    }
  });

  it.each<[string, readonly Sketch[], string]>([
    [
      'two that want to be before each other',
      [
        ['a', 'secure', undefined, 'b'],
        ['b', 'secure', undefined, 'a'],
      ],
      'a',
    ],
    [
      'three',
      [
        ['a', 'secure', undefined, 'b'],
        ['b', 'secure', undefined, 'c'],
        ['c', 'secure', undefined, 'a'],
      ],
      'c',
    ],
    [
      'one that wants to be before what it needs',
      [...BUILT_IN, ['late', 'bound', undefined, 'mechanisms']],
      'mechanisms',
    ],
  ])('is refused for %s, by name', (_, sketches, name) => {
    expect(() => names(sketches)).toThrow(ConfigError);
    expect(() => names(sketches)).toThrow(new RegExp(`\\b${name}\\b`));
  });
});
