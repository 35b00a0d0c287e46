import { describe, expect, it } from 'vitest';
import { index } from '../badxml/corpus.js';
import { Child } from '../support/child.js';

interface Result {
  readonly outcomes: Readonly<Record<string, { readonly came: string; readonly uncaught: readonly string[] }>>;
  readonly added: number;
}

async function play(how: 'as-it-is' | 'frozen'): Promise<Result> {
  await using child = Child.script('test/programs/frozen-prototype.ts', [how]);
  const { code, stdout, stderr } = await child.end(60_000);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Result;
}

describe('T19: names of Object.prototype in what a peer sends', () => {
  it('are data: all of the corpus comes out the same where that object is frozen, and nothing is added to it', async () => {
    const frozen = await play('frozen');
    const free = await play('as-it-is');
    expect(frozen).toEqual(free);
    expect(free.added).toBe(0);
    expect(Object.keys(frozen.outcomes).length).toBeGreaterThan(150);
    for (const [file, { came, uncaught }] of Object.entries(frozen.outcomes)) {
      expect(uncaught, file).toEqual([]);
      if (/^09[2-5]-/.test(file)) expect(came, file).toBe(index[file]?.expect);
    }
  });
});
