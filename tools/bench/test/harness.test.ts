import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cells } from '../src/harness/format.js';
import { headlines, replaceSection } from '../src/harness/markdown.js';
import { runCase, tablesOf } from '../src/harness/run-case.js';
import { median, spread, summary } from '../src/harness/stats.js';
import { type Case, type Contender, type Sample, TURNS } from '../src/harness/types.js';
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

  it('shows how far the middle half of the samples lies apart', () => {
    expect(summary([1, 11, 6]).quartiles).toEqual([3.5, 8.5]);
    expect(summary([...Array(101).keys()]).quartiles).toEqual([25, 75]);
    expect(spread(summary([2, 8, 10, 12, 90]))).toBeCloseTo(0.4);
    expect(spread(summary([0, 0]))).toBe(0);
  });

  it('compares contenders within a round, so that a slow round does not count', () => {
    const tables = tablesOf(caseOf(), samples('us', { ours: [1, 100, 1], theirs: [2, 200, 2] }));
    expect(tables[0]?.rows[1]?.ratio).toMatchObject({ median: 2, min: 2, max: 2 });
  });

  it('turns the ratio round where more is better', () => {
    const metrics = [{ id: 'rate', label: 'messages', unit: '1/s', moreIsBetter: true }];
    const tables = tablesOf(caseOf({ metrics }), samples('rate', { ours: [30], theirs: [10] }));
    expect(tables[0]?.rows[1]?.ratio.median).toBe(3);
  });

  it('says whether a target is met, of a ratio and of a figure', () => {
    const targets = [
      { metric: 'us', contender: 'theirs', atLeast: 3 },
      { metric: 'us', contender: 'ours', absolute: true, atMost: 10 },
    ];
    const tables = tablesOf(caseOf({ targets }), samples('us', { ours: [10], theirs: [20] }));
    expect(tables[0]?.rows.map((row) => row.target?.met)).toEqual([true, false]);
    const [, ...rows] = cells(tables[0]!);
    expect(rows.map((row) => row.at(-1))).toEqual(['≤ 10 µs met', '≥ 3 MISSED']);
  });

  it('compares only what can be compared', () => {
    const metrics = [{ id: 'share', label: 'it takes', unit: '%', compared: false }];
    const tables = tablesOf(caseOf({ metrics }), samples('share', { ours: [0], theirs: [50] }));
    expect(cells(tables[0]!)).toEqual([
      ['', 'it takes (%)', 'middle half', 'spread', 'target'],
      ['ours', '0.00', '0.00–0.00', '0 %', ''],
      ['theirs', '50.0', '50.0–50.0', '0 %', ''],
    ]);
  });

  it('leaves a contender out that does not have the figure', () => {
    const mixed = samples('us', { ours: [1] });
    mixed.set('theirs', [{ values: { other: 1 } }]);
    expect(tablesOf(caseOf(), mixed)[0]?.rows.map((row) => row.contender)).toEqual(['ours']);
  });
});

describe('a case', () => {
  let folder = '';
  beforeAll(async () => {
    folder = `${await mkdtemp(join(tmpdir(), 'sestina-bench-test-'))}/`;
    await mkdir(`${folder}dist`);
    const says = (ending: string) =>
      `${ending}\nprocess.stdout.write(JSON.stringify({ values: { us: 3 }, check }) + '\\n');`;
    const turns = `
      import { createInterface } from 'node:readline';
      const { each, fails, check = 'same' } = JSON.parse(process.argv[2]);
      let turn = 0;
      console.log('ready');
      for await (const line of createInterface({ input: process.stdin })) {
        if (line === 'end') break;
        if (++turn === fails) throw new Error('it fell over');
        console.log(JSON.stringify(typeof each === 'number' ? { us: each } : each));
      }`;
    await writeFile(`${folder}dist/turns.js`, says(turns));
    await writeFile(`${folder}dist/once.js`, says("const { check = 'same' } = JSON.parse(process.argv[2]);"));
    const line = "console.log('ready');\nconsole.log(JSON.parse(process.argv[2]).line);\nprocess.stdin.resume();";
    await writeFile(`${folder}dist/says.js`, line);
    await writeFile(`${folder}dist/once-sestina.js`, says("const { check = 'same' } = JSON.parse(process.argv[2]);"));
    await writeFile(`${folder}package.json`, '{ "type": "module" }');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const contender = (name: string, file: string, config: object = {}, more: Partial<Contender> = {}): Contender => ({
    name,
    script: new URL(`../src/contenders/${file}.ts`, import.meta.url),
    compiled: folder,
    config: { ...config },
    ...more,
  });
  const manner = (file: string): Partial<Case> => (file === 'turns' ? { turns: 4 } : {});
  const run = (contenders: readonly Contender[], more: Partial<Case> = {}) => {
    const verify = (checks: ReadonlyMap<string, unknown>): void => {
      if (new Set(checks.values()).size > 1) throw new Error('other work');
    };
    return runCase(caseOf({ contenders, verify, ...more }), { rounds: 2, progress: () => {} });
  };

  it('has its contenders take turns, of which each has its figures', async () => {
    const ours = contender('ours', 'turns', { each: 2 });
    const theirs = contender('theirs', 'turns', { each: 4 }, { every: 10 });
    const { tables, failed } = await run([ours, theirs], { turns: TURNS });
    expect(failed).toBeUndefined();
    expect(tables[0]?.rows.map(({ value }) => [value.median, value.samples.length])).toEqual([
      [2, 80],
      [4, 8],
    ]);
  });

  it('has figures of several things from each turn', async () => {
    const metrics = ['us', 'kept'].map((id) => ({ id, label: id, unit: '' }));
    const contenders = [3, 6].map((us, i) => contender(`${i}`, 'turns', { each: { us, kept: us / 3 } }));
    const { tables } = await run(contenders, { turns: 2, metrics, base: '0' });
    expect(tables.map(({ rows }) => rows.map(({ value }) => value.median))).toEqual([
      [3, 6],
      [1, 2],
    ]);
  });

  it.each(['null', '"fast"', '{"us":null}', 'ready'])('does without one that says of a turn: %s', async (line) => {
    const theirs = contender('theirs', 'says', { line });
    const { tables, failed } = await run([contender('ours', 'turns', { each: 2 }), theirs], { turns: 2 });
    expect(tables[0]?.rows.map((row) => row.contender)).toEqual(['ours']);
    expect(failed?.['theirs']).toContain(`did not say what its turn came to, but: ${line}`);
  });

  it('says which figures everybody understands, and which contenders are other libraries', async () => {
    const headlines = [{ metric: 'us', what: 'a thing' }];
    const floor = contender('floor', 'once', {}, { floor: true });
    const ours = contender(
      'ours',
      'once',
      {},
      { script: new URL('../src/contenders/once-sestina.ts', import.meta.url) },
    );
    const result = await run([ours, floor, contender('theirs', 'once')], { headlines });
    expect(result).toMatchObject({ headlines, peers: ['theirs'] });
    expect(await run([ours])).not.toHaveProperty('peers');
  });

  it.each(['turns', 'once'])('goes on without a contender that fails, and says why (%s)', async (file) => {
    const fails =
      file === 'turns' ? contender('theirs', file, { each: 1, fails: 3 }) : contender('theirs', 'not-there');
    const { tables, failed } = await run([contender('ours', file, { each: 1 }), fails], manner(file));
    expect(tables[0]?.rows.map((row) => row.contender)).toEqual(['ours']);
    expect(failed?.['theirs']).toMatch(file === 'turns' ? 'it fell over' : 'not-there');
  });

  it.each(['turns', 'once'])('has no ratios where the one that they refer to fails (%s)', async (file) => {
    const ours = file === 'turns' ? contender('ours', file, { each: 1, fails: 1 }) : contender('ours', 'not-there');
    const { tables, failed } = await run([ours, contender('theirs', file, { each: 3 })], manner(file));
    expect(failed?.['ours']).toContain('ended with 1');
    const [, row] = cells(tables[0]!);
    expect(row?.slice(0, 5)).toEqual(['theirs', '3.00', '3.00–3.00', '0 %', '–']);
  });

  it.each(['turns', 'once'])('refuses figures of contenders that did other work (%s)', async (file) => {
    const other = contender('theirs', file, { each: 1, check: 'other' });
    const { tables, failed } = await run([contender('ours', file, { each: 1 }), other], manner(file));
    expect([tables, failed]).toEqual([[], { 'the whole case': 'other work' }]);
  });
});

describe('the table at the top', () => {
  it('has each figure beside the best of the other libraries, and none that is missing', () => {
    const samplesOf = samples('us', { ours: [10], 'theirs (floor)': [1], slow: [40], fast: [8] });
    const each = caseOf({ contenders: [...samplesOf.keys()].map((name) => ({ name, script })) });
    const result = {
      title: 'case',
      tables: tablesOf(each, samplesOf),
      headlines: ['us', 'gone'].map((metric) => ({ metric, what: `reading by ${metric}` })),
      peers: ['slow', 'fast'],
    };
    const machine = { cpu: 'x', cores: 2, load: 0, memory: 1, platform: 'x', node: '20', peers: {} };
    const scenarios = [{ id: 'a', title: 'a', cases: [result, { title: 'none', tables: [] }], complete: true }];
    const text = headlines({ date: '2026-01-02T03:04:05Z', quick: false, rounds: 1, machine, scenarios });
    expect(text.split('\n').slice(4)).toEqual(['| reading by us | 10.0 µs | fast: 8.00 µs | 0.80 × | (a) |']);
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
