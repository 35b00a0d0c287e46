import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Puts a program of this repository into one file, which Node starts at once; gives its path. */
export async function bundled(program: string, folder: string): Promise<string> {
  const outfile = join(folder, 'program.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [program],
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@sestina/source'],
    tsconfig: 'tsconfig.base.json',
    // What is CommonJS in it asks for Node's own modules by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
    outfile,
  });
  return outfile;
}
