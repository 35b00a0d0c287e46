import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ROOT } from '../lib/repo.mjs';
import { tryChanges } from '../mutate/engine.mjs';

// In the repository, as what is tested is.
mkdirSync(join(ROOT, 'tools/scripts/dist'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'tools/scripts/dist/changes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What instrumented sources have, by the instrumenter's convention. */
const SOURCE = `const state: any = globalThis as any;
const is = (id: string): boolean => {
  const ns = state.__stryker__;
  if (ns.activeMutant === id && ns.hitCount !== undefined && ++ns.hitCount > ns.hitLimit) throw new Error('endless');
  const by = ns.currentTestId === undefined ? 'static' : 'perTest';
  ns.mutantCoverage ??= { static: {}, perTest: {} };
  const of = by === 'static' ? ns.mutantCoverage.static : (ns.mutantCoverage.perTest[ns.currentTestId] ??= {});
  of[id] = (of[id] ?? 0) + 1;
  return ns.activeMutant === id;
};
export const LOADED = is('static') ? 1 : 2;
let broken = false;
export const sum = (a: number, b: number): number => (broken ? 0 : is('killed') ? a - b : a + b);
export const wait = (): Promise<void> => (is('hangs') ? new Promise(() => {}) : Promise.resolve());
export const count = (to: number): number => {
  let n = 0;
  while (n < to) n += is('endless') ? 0 : 1;
  return n;
};
export const unread = (): void => void is('survives');
export const never = (): boolean => is('unreached');
export const lost = (): void => void (is('rejects') && Promise.reject(new Error('nobody waits for it')));
export const breaks = (): number => {
  if (is('breaks')) broken = true;
  return broken ? 0 : 1;
};
`;

const TESTS = `import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { breaks, count, LOADED, lost, sum, unread, wait } from './source.js';
let prepared = 0;
beforeEach(() => {
  prepared = 1;
  onTestFinished(() => { prepared = 0; });
});
describe('all', () => {
  it.each([[1, 2, 3], [2, 2, 4]])('%i and %i are %i', (a, b, c) => expect(sum(a, b) * prepared).toBe(c));
  it('waits', async () => { await wait(); expect(LOADED).toBe(2); });
  it('counts', () => expect(count(3)).toBe(3));
  it('reads nothing', () => unread());
  it('loses', () => lost());
  it('breaks', () => expect(breaks()).toBe(1));
  it.skipIf(true)('is left out', () => expect(1).toBe(2));
});
it('fails as it is', () => expect(1).toBe(2));
`;

it('what becomes of a change: noticed by a failure, by what never ends, by what nobody waits for; or not', async () => {
  writeFileSync(join(folder, 'source.ts'), 'export {};\n');
  const test = join(folder, 'changed.test.ts');
  writeFileSync(test, TESTS);
  const changes = ['breaks', 'killed', 'hangs', 'endless', 'survives', 'unreached', 'static', 'rejects'];
  const plan = { tests: [test], laws: [], sources: { [join(folder, 'source.ts')]: SOURCE }, changes };
  const { statuses, bad } = await tryChanges(plan);
  expect(Object.fromEntries(statuses)).toEqual({
    breaks: 'Killed',
    killed: 'Killed',
    hangs: 'Timeout',
    endless: 'Killed',
    survives: 'Survived',
    unreached: 'NoCoverage',
    static: 'Ignored',
    rejects: 'Killed',
  });
  expect(bad).toEqual([{ bad: 'fails as it is', outcome: 'failed' }]);
}, 120_000);

it('where the tests cannot be run at all, nothing is said of the changes', async () => {
  const test = join(folder, 'wrong.test.ts');
  writeFileSync(test, "import './nowhere.js';\n");
  const plan = { tests: [test], laws: [], sources: {}, changes: ['one'] };
  await expect(tryChanges(plan)).rejects.toThrow(/^the tests do not run:.*nowhere/s);
}, 120_000);
