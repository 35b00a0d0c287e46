import type { Proof } from '../proof.js';
import { JEST, VITEST } from '../tools.js';

/** The test of a bot on the server in memory, with test runners as they are. */
export const testRunnerProofs: readonly Proof[] = [
  {
    tool: JEST,
    what: 'a test of a bot, with ES modules',
    run: async (lab) => {
      const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'jest/'];
      await lab.run(process.execPath, args, { cwd: await lab.tool(JEST) });
    },
  },
  {
    tool: VITEST,
    what: 'a test of a bot',
    run: async (lab) => {
      const args = ['node_modules/vitest/vitest.mjs', 'run', 'vitest/'];
      await lab.run(process.execPath, args, { cwd: await lab.tool(VITEST) });
    },
  },
];
