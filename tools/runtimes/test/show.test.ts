import { describe, expect, it } from 'vitest';
import { type Lab, NotInstalledError } from '../src/lab.js';
import type { Proof } from '../src/proof.js';
import { notRun, show } from '../src/show.js';
import type { Tool } from '../src/tools.js';

const here: Tool = { section: 'Runtimes', title: 'Here', packages: ['here@1.0.0'] };
const missing: Tool = { section: 'Runtimes', title: 'Missing', packages: ['missing@2.0.0'] };

const lab = {
  tool: async (tool: Tool) => {
    if (tool === missing) throw new NotInstalledError('npm could not install Missing 2.0.0');
    return '/nowhere';
  },
} as Lab;

const proof = (tool: Tool, what: string, run: () => Promise<void>): Proof => ({ tool, what, run });

describe('what becomes of proofs', () => {
  it('is told for each: one that fails stops no other, and one without its tool is neither passed nor failed', async () => {
    const lines: string[] = [];
    const outcome = await show(
      lab,
      [
        proof(here, 'fails', async () => {
          throw new Error('not so');
        }),
        proof(here, 'holds', async () => {}),
        proof(missing, 'needs it', async () => {
          await lab.tool(missing);
        }),
      ],
      (line) => lines.push(line),
    );
    const whatOf = (proofs: readonly Proof[]): string[] => proofs.map(({ what }) => what);
    expect([outcome.passed, outcome.failed, outcome.notRun].map(whatOf)).toEqual([['holds'], ['fails'], ['needs it']]);
    expect(notRun(outcome)).toBe('Missing 2.0.0');
    const text = lines.join('\n');
    expect(text).toMatch(/^FAILED Here 1\.0\.0: fails, .*\n {7}not so$/m);
    expect(text).toMatch(/^NOT RUN Missing 2\.0\.0: needs it$/m);
  });
});
