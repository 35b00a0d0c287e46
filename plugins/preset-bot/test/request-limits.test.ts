import { VirtualClock } from '@sestina/testing';
import { describe, expect, it } from 'vitest';
import { RequestLimits } from '../src/request-limits.js';

const start = (bounds = {}) => {
  const clock = new VirtualClock();
  return { clock, limits: new RequestLimits(clock, { loop: 3, perAuthor: 5, total: 50, ...bounds }) };
};
const romeo = { author: 'romeo', group: undefined };

describe('how often a bot lets itself be asked', () => {
  it('five times by one in ten seconds, who is told once', async () => {
    const { clock, limits } = start();
    const verdicts = Array.from({ length: 8 }, () => limits.take(romeo));
    expect(verdicts).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'tell', 'no', 'no']);
    await clock.advance(10_000);
    expect(limits.take(romeo)).toBe('yes');
  });

  it('a person who reads answers goes on for ever', async () => {
    const { clock, limits } = start();
    for (let i = 0; i < 50; i++) {
      expect(limits.take(romeo)).toBe('yes');
      limits.answered(romeo);
      await clock.advance(2_500);
    }
  });

  it('what answers each answer at once is heard no more, until it is silent', async () => {
    const { clock, limits } = start({ perAuthor: 100 });
    const verdicts: string[] = [];
    for (let i = 0; i < 20; i++) {
      const verdict = limits.take(romeo);
      verdicts.push(verdict);
      if (verdict === 'yes') limits.answered(romeo);
      await clock.advance(1_000);
    }
    expect(verdicts.slice(0, 3)).toEqual(['yes', 'yes', 'yes']);
    expect(verdicts.slice(3).every((verdict) => verdict === 'no')).toBe(true);
    await clock.advance(10_000);
    expect(limits.take(romeo)).toBe('yes');
  });

  it('all strangers together are half of it, and contacts have their own', () => {
    const { limits } = start();
    const of = (group: string | undefined, name: string) =>
      Array.from({ length: 200 }, (_, i) => limits.take({ author: `${name}${i}`, group })).filter((v) => v === 'yes')
        .length;
    expect(of('strangers', 's')).toBe(25);
    expect(of('room lab', 'l')).toBe(25);
    expect(of('room attic', 'a')).toBe(0);
    expect(of(undefined, 'c')).toBe(50);
  });

  it('a flood by one uses up no share of others', () => {
    const { limits } = start();
    for (let i = 0; i < 1_000; i++) limits.take({ author: 'mallory', group: 'room lab' });
    expect(limits.take({ author: 'juliet', group: 'room lab' })).toBe('yes');
  });

  it('no more than ten are told in ten seconds', () => {
    const { limits } = start({ perAuthor: 1, total: 10_000 });
    const told = Array.from({ length: 100 }, (_, i) => {
      const asker = { author: `s${i}`, group: 'strangers' };
      limits.take(asker);
      return limits.take(asker);
    });
    expect(told.filter((verdict) => verdict === 'tell')).toHaveLength(10);
  });

  it('an answer to an answer is quick within two seconds, and no later', async () => {
    for (const [pause, expected] of [
      [1_999, 'no'],
      [2_000, 'yes'],
    ] as const) {
      const { clock, limits } = start({ perAuthor: 100 });
      let last = '';
      for (let i = 0; i < 4; i++) {
        last = limits.take(romeo);
        limits.answered(romeo);
        await clock.advance(pause);
      }
      expect(last).toBe(expected);
    }
  });

  it('is forgotten with all that was counted', () => {
    const { limits } = start({ perAuthor: 1 });
    expect([limits.take(romeo), limits.take(romeo)]).toEqual(['yes', 'tell']);
    limits.clear();
    expect([limits.take(romeo), limits.take(romeo)]).toEqual(['yes', 'tell']);
  });
});
