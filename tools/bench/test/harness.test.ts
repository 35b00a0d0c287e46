import { describe, expect, it } from 'vitest';
import { cells } from '../src/harness/format.js';
import { replaceSection } from '../src/harness/markdown.js';
import { evaluate } from '../src/harness/run-case.js';
import { median, spread, summary } from '../src/harness/stats.js';
import type { Case, Sample } from '../src/harness/types.js';
import { makeCorpus } from '../src/scenarios/corpus.js';

const script = new URL('contender.ts', import.meta.url);

function samples(key: string, values: Readonly<Record<string, readonly number[]>>): Map<string, Sample[]> {
  return new Map(
    Object.entries(values).map(([name, list]) => [
      name,
      list.map((value) => ({ values: { [key]: value }, check: name })),
    ]),
  );
}

function caseOf(more: Partial<Case> = {}): Case {
  return {
    title: 'case',
    base: 'ours',
    metrics: [{ id: 'us', label: 'per stanza', unit: 'µs' }],
    contenders: ['ours', 'theirs'].map((name) => ({ name, script })),
    ...more,
  };
}

describe('statistics of a run', () => {
  it('takes the middle sample, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 3])).toBe(4);
    expect(() => median([])).toThrow(RangeError);
  });

  it('shows how far the samples lie apart', () => {
    expect(spread(summary([8, 10, 12]))).toBeCloseTo(0.4);
  });

  it('compares contenders within a round, so that a slow round does not count', () => {
    const { tables } = evaluate(caseOf(), samples('us', { ours: [1, 100, 1], theirs: [2, 200, 2] }));
    expect(tables[0]?.rows[1]?.ratio).toMatchObject({ median: 2, min: 2, max: 2 });
  });

  it('turns the ratio round where more is better', () => {
    const metrics = [{ id: 'rate', label: 'messages', unit: '1/s', moreIsBetter: true }];
    const { tables } = evaluate(caseOf({ metrics }), samples('rate', { ours: [30], theirs: [10] }));
    expect(tables[0]?.rows[1]?.ratio.median).toBe(3);
  });

  it('says whether a target is met, of a ratio and of a figure', () => {
    const targets = [
      { metric: 'us', contender: 'theirs', atLeast: 3 },
      { metric: 'us', contender: 'ours', absolute: true, atMost: 10 },
    ];
    const { tables } = evaluate(caseOf({ targets }), samples('us', { ours: [10], theirs: [20] }));
    expect(tables[0]?.rows.map((row) => row.target?.met)).toEqual([true, false]);
    const [, ...rows] = cells(tables[0]!);
    expect(rows.map((row) => row.at(-1))).toEqual(['≤ 10 µs met', '≥ 3 MISSED']);
  });

  it('compares only what can be compared', () => {
    const metrics = [{ id: 'share', label: 'it takes', unit: '%', compared: false }];
    const { tables } = evaluate(caseOf({ metrics }), samples('share', { ours: [0], theirs: [50] }));
    expect(cells(tables[0]!)).toEqual([
      ['', 'it takes (%)', 'min–max', 'spread', 'target'],
      ['ours', '0.00', '0.00–0.00', '0 %', ''],
      ['theirs', '50.0', '50.0–50.0', '0 %', ''],
    ]);
  });

  it('leaves a contender out that does not have the figure', () => {
    const mixed = samples('us', { ours: [1] });
    mixed.set('theirs', [{ values: { other: 1 } }]);
    expect(evaluate(caseOf(), mixed).tables[0]?.rows.map((row) => row.contender)).toEqual(['ours']);
  });

  it('refuses figures of contenders that did other work', () => {
    const verify = (checks: ReadonlyMap<string, unknown>): void => {
      if (new Set(checks.values()).size > 1) throw new Error('other work');
    };
    expect(() => evaluate(caseOf({ verify }), samples('us', { ours: [1], theirs: [1] }))).toThrow('other work');
  });
});

describe('the document', () => {
  const text = 'before\n<!-- sizes: by `size` -->\n\nold\n\n<!-- end of sizes -->\nafter';

  it('gets new figures between its markers, and keeps the rest', () => {
    const once = replaceSection(text, 'sizes', 'new');
    expect(once).toBe('before\n<!-- sizes: by `size` -->\n\nnew\n\n<!-- end of sizes -->\nafter');
    expect(replaceSection(once, 'sizes', 'new')).toBe(once);
  });

  it('is left alone where it has no such section', () => {
    expect(() => replaceSection(text, 'figures', 'new')).toThrow('there is no section');
  });
});

describe('the corpus', () => {
  it('is the same each time, and has every kind of stanza equally often', () => {
    const corpus = makeCorpus(70);
    expect(makeCorpus(70)).toEqual(corpus);
    expect(corpus.expected.count).toBe(70);
    const count = (pattern: RegExp): number => corpus.stanzas.filter((text) => pattern.test(text)).length;
    expect([/^<message/, /^<presence/, /^<iq/, /urn:xmpp:mam:2/, /pubsub#event'>/, /groupchat/].map(count)).toEqual([
      40, 10, 20, 10, 10, 10,
    ]);
  });
});
