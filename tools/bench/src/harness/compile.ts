import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { glob } from './files.js';

const BENCH = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = 'src/contenders/';

/**
 * Takes the types off the contenders, file by file, so that Node.js itself can run them; nothing else is changed.
 * @param bench The folder of the bench, with a slash: another one for those of another revision.
 */
export async function compileContenders(bench = BENCH): Promise<void> {
  await build({
    entryPoints: await glob(`${bench}${SOURCE}`, '.ts'),
    outbase: `${bench}${SOURCE}`,
    outdir: `${bench}dist/`,
    bundle: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    tsconfigRaw: {},
    logLevel: 'warning',
  });
}

/** The JavaScript of a contender. @param bench as for `compileContenders()`. */
export function compiled(script: URL, bench = BENCH): string {
  return `${bench}dist/${relative(`${BENCH}${SOURCE}`, fileURLToPath(script)).replace(/\.ts$/, '.js')}`;
}
