import type { Proof } from '../proof.js';
import { ATTW, PUBLINT } from '../tools.js';

/** What npm gets, looked at by tools that know what goes wrong with packages. */
export const packageProofs: readonly Proof[] = [
  {
    tool: PUBLINT,
    what: 'no finding in any package',
    run: async (lab) => {
      await lab.run(process.execPath, ['packages.mjs', 'publint', lab.tarballs], { cwd: await lab.tool(PUBLINT) });
    },
  },
  {
    tool: ATTW,
    what: 'no finding in any package, as ES modules',
    run: async (lab) => {
      const cwd = await lab.tool(ATTW);
      await lab.run(process.execPath, ['packages.mjs', 'attw', lab.tarballs], { cwd, timeout: 300_000 });
    },
  },
];
